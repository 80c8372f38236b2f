#include "xenmgr/config/net_rules.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/setting.hpp"

namespace xm::xenmgr {
namespace {

constexpr std::string_view rules_key = "firewall-rule";
constexpr Setting free_text{.chars = Chars::line};

}    // namespace

Change plan_add_net_rule(const ConfigTree& tree, Uuid vm, const NetRule& untrusted_rule) {
    const auto& rule = untrusted_rule;
    if (rule.direction != "in" && rule.direction != "out")
        fail(errors::bad_direction, vm.text(), "'{}' must be in or out", text::escaped(rule.direction));
    require_valid(free_text, Kind::text, rule.remote_ip, "remote-ip", vm.text(), errors::bad_value);
    require_valid(free_text, Kind::text, rule.extra, "extra", vm.text(), errors::bad_value);
    Change change;
    for (const auto& [key, value] : {std::pair{"direction", &rule.direction}, std::pair{"remote-ip", &rule.remote_ip},
                                     std::pair{"extra", &rule.extra}})
        change += plan_write(free_text, tree, join(rules_key, rule.id, key), *value);
    return change;
}

Change plan_delete_net_rule(const ConfigTree& tree, int id) {
    Change change;
    if (!tree.has_below(join(rules_key, id))) return change;
    change.remove(join(rules_key, id));
    change.effects.config_changed = true;
    return change;
}

std::vector<StringMap> list_net_rules(const ConfigTree& tree) {
    std::vector<StringMap> rules;
    for (const auto id : tree.children(rules_key)) {
        StringMap rule{{"id", std::string{id}}};
        for (const auto key : {"direction", "remote-ip", "extra"})
            rule[key] = tree.get_or(join(join(rules_key, id), key), "");
        rules.push_back(std::move(rule));
    }
    return rules;
}

}    // namespace xm::xenmgr
