#include "xenmgr/config/argo_rules.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/setting.hpp"

#include <algorithm>
#include <iterator>

namespace xm::xenmgr {
namespace {

using Who = ArgoEndpoint::Who;

constexpr std::string_view rules_key = "argo-firewall-rules";
constexpr std::string_view arrow = "->";

struct Word {
    std::string_view text;
    Who who;
};
constexpr Word words[] = {
    {"*", Who::any},
    {"0", Who::dom0},
    {"myself", Who::myself},
    {"my-stubdom", Who::my_stubdom},
    {"seamless", Who::seamless},
    {"myself-if-seamless", Who::myself_if_seamless},
};
constexpr Word prefixes[] = {{"dom-type=", Who::type}, {"dom-name=", Who::name}};

bool is_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
}

std::optional<ArgoEndpoint> parse_domain(std::string_view text) {
    if (const auto* word = std::ranges::find(words, text, &Word::text); word != std::end(words))
        return ArgoEndpoint{word->who, {}, {}};
    for (const auto& prefix : prefixes) {
        if (!text.starts_with(prefix.text)) continue;
        const auto name = text.substr(prefix.text.size());
        if (!is_name(name)) return std::nullopt;
        return ArgoEndpoint{prefix.who, std::string{name}, {}};
    }
    if (const auto uuid = Uuid::parse(text)) return ArgoEndpoint{Who::vm, uuid->text(), {}};
    return std::nullopt;
}

std::optional<ArgoEndpoint> parse_endpoint(std::string_view text) {
    const auto colon = text.find(':');
    auto endpoint = parse_domain(text::trim(text.substr(0, colon)));
    if (!endpoint || colon == std::string_view::npos) return endpoint;
    const auto port = text::trim(text.substr(colon + 1));
    if (port == "*") return endpoint;
    endpoint->port = text::parse_number<std::uint32_t>(port);
    return endpoint->port ? endpoint : std::nullopt;
}

std::string to_text(const ArgoEndpoint& endpoint) {
    std::string text;
    for (const auto& word : words)
        if (word.who == endpoint.who) text = word.text;
    for (const auto& prefix : prefixes)
        if (prefix.who == endpoint.who) text = prefix.text;
    text += endpoint.name;
    if (endpoint.port) text += ':' + std::to_string(*endpoint.port);
    return text;
}

ArgoRule required_rule(Uuid vm, std::string_view untrusted_text) {
    auto rule = parse_argo_rule(untrusted_text);
    if (!rule)
        fail(errors::rule_parse_error, vm.text(), "'{}' is not of the form domain[:port] -> domain[:port]",
             text::escaped(untrusted_text));
    return *std::move(rule);
}

StringList texts(const std::vector<ArgoRule>& rules) {
    StringList result;
    for (const auto& rule : rules)
        result.push_back(to_text(rule));
    return result;
}

}    // namespace

std::optional<ArgoRule> parse_argo_rule(std::string_view untrusted_text) {
    std::string lowered{untrusted_text};
    std::ranges::transform(lowered, lowered.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    const auto at = lowered.find(arrow);
    if (at == std::string::npos) return std::nullopt;
    const auto from = parse_endpoint(std::string_view{lowered}.substr(0, at));
    const auto to = parse_endpoint(std::string_view{lowered}.substr(at + arrow.size()));
    if (!from || !to) return std::nullopt;
    return ArgoRule{*from, *to};
}

std::string to_text(const ArgoRule& rule) { return to_text(rule.from) + " -> " + to_text(rule.to); }

ArgoRule inverse(const ArgoRule& rule) { return {rule.to, rule.from}; }

std::vector<ArgoRule> argo_rules(const ConfigTree& tree) {
    std::vector<ArgoRule> rules;
    for (const auto& text : tree.list(rules_key))
        if (auto rule = parse_argo_rule(text)) rules.push_back(*std::move(rule));
    return rules;
}

StringList list_argo_rules(const ConfigTree& tree) { return texts(argo_rules(tree)); }

Change plan_add_argo_rule(const ConfigTree& tree, Uuid vm, std::string_view untrusted_text) {
    const auto added = required_rule(vm, untrusted_text);
    auto rules = argo_rules(tree);
    if (std::ranges::find(rules, added) != rules.end()) return {};
    rules.push_back(added);
    return plan_list(tree, rules_key, texts(rules));
}

Change plan_delete_argo_rule(const ConfigTree& tree, Uuid vm, std::string_view untrusted_text) {
    const auto deleted = required_rule(vm, untrusted_text);
    auto rules = argo_rules(tree);
    if (std::erase(rules, deleted) == 0) return {};
    return plan_list(tree, rules_key, texts(rules));
}

}    // namespace xm::xenmgr
