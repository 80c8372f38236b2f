#include "rpcproxy/policies.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "rpcproxy/rule_file.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace xm::rpcproxy {
namespace asio = boost::asio;
namespace {

constexpr int most_tries = 3;

// Denies all that comes from or goes to the VM, stub domains included.
void deny_everything(std::vector<Rule>& rules, const Uuid& vm, const std::string& node) {
    for (const Direction direction : {Direction::incoming, Direction::outgoing})
        for (const bool stubdom : {false, true}) {
            Rule rule{.allow = false, .direction = direction};
            rule.dom_uuid = vm;
            rule.stubdom = stubdom;
            rule.origin = {.file = node, .line = 0};
            rule.text = "deny all";
            rules.push_back(std::move(rule));
        }
}

}    // namespace

std::vector<Malformed> append_vm_rules(std::vector<Rule>& rules, const Uuid& vm,
                                       const std::vector<VmSource::Line>& lines) {
    std::vector<Malformed> wrong;
    for (const auto& [node, text] : lines) {
        Parsed parsed = parse_vm_rule(text, vm, node);
        std::ranges::move(parsed.rules, std::back_inserter(rules));
        if (!parsed.error) continue;
        if (may_deny(text)) deny_everything(rules, vm, node);
        wrong.push_back(std::move(*parsed.error));
    }
    return wrong;
}

Policies::Policies(asio::any_io_executor executor, std::string file, VmSource& source, std::chrono::milliseconds pause)
    : executor_{std::move(executor)}, file_{std::move(file)}, source_{source}, pause_{pause} {
    use({});
}

std::vector<Rule> Policies::read_file() const {
    Parsed parsed = parse_rules(read_rule_file(file_), file_);
    if (parsed.error) fail(errors::bad_config, "rules", "{}", to_string(*parsed.error));
    return std::move(parsed.rules);
}

void Policies::load() { use(read_file()); }

bool Policies::reload() try {
    use(read_file());
    log::info("rules read file={} rules={}", text::escaped(file_), from_file_.size());
    all_changed();
    return true;
} catch (const std::exception& failure) {
    log::error("the rules stay as they were: {}", failure.what());
    return false;
}

// A VM's own rules are behind the file's, so its set is made anew as well.
void Policies::use(std::vector<Rule> rules) {
    from_file_ = std::move(rules);
    auto all = from_file_;
    all.insert(all.end(), added_.begin(), added_.end());
    file_rules_ = std::make_shared<Rules>(std::move(all));
    stranger_->rules = file_rules_;
    for (auto& [vm, guest] : guests_)
        guest->use(file_rules_);
}

void Policies::add_rule(const std::string& text) {
    Parsed parsed = parse_rules(text, "added");
    if (parsed.error) fail(errors::rule_parse_error, "rule", "{}", to_string(*parsed.error));
    std::ranges::move(parsed.rules, std::back_inserter(added_));
    use(std::move(from_file_));
    all_changed();    // the rule may ask for what nobody asked for before
}

void Policies::delete_rule(const std::string& text) {
    const auto trimmed = text::trim(text);
    const auto at = std::ranges::find_if(added_, [&](const Rule& rule) { return rule.text == trimmed; });
    if (at == added_.end()) fail(errors::no_such_rule, text::escaped(text), "no such rule was added");
    added_.erase(at);
    use(std::move(from_file_));
}

asio::awaitable<std::shared_ptr<const Guest>> Policies::guest(std::optional<Uuid> vm) {
    if (!vm) co_return stranger_;
    forget_unused();
    auto& known = guests_[*vm];
    if (!known) known = std::make_shared<Guest>();
    const auto guest = known;
    while (!guest->asked)    // once, unless the bus goes meanwhile
        co_await refresh(*vm, guest);
    co_return guest;
}

// A database that does not answer may hold a rule that denies, so until it does, nothing passes.
asio::awaitable<void> Policies::refresh(Uuid vm, std::shared_ptr<Guest> guest) {
    const auto turn = ++guest->turn;
    std::vector<std::string> names{file_rules_->set.properties().begin(), file_rules_->set.properties().end()};
    auto lines = co_await source_.rules(vm);
    std::vector<Rule> own;
    if (!lines) deny_everything(own, vm, "database");
    for (const Malformed& wrong : append_vm_rules(own, vm, lines.value_or(std::vector<VmSource::Line>{})))
        log::error("rule of vm={} is not valid: {}", vm.text(), to_string(wrong));
    for (const Rule& rule : own) {
        for (const Condition& condition : rule.conditions)
            names.push_back(condition.property);
        if (rule.dom_type) names.emplace_back("type");
        if (rule.dom_name) names.emplace_back("name");
    }
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    VmProperties properties;
    if (!names.empty()) properties = co_await source_.properties(vm, std::move(names));
    if (turn <= guest->told) co_return;    // later news was faster, or this is of a bus that is gone
    guest->told = turn;
    const bool silent = !lines || !properties.complete;
    guest->properties = std::move(properties);
    ++guest->version;
    guest->own = std::move(own);
    guest->use(file_rules_);
    guest->asked = true;
    guest->tries = silent ? guest->tries + 1 : 0;
    if (silent && guest->tries <= most_tries) asio::co_spawn(executor_, ask_again(vm, guest), asio::detached);
}

asio::awaitable<void> Policies::ask_again(Uuid vm, std::shared_ptr<Guest> guest) {
    asio::steady_timer pause{executor_, pause_ * (1 << (guest->tries - 1))};
    co_await pause.async_wait(asio::use_awaitable);
    co_await refresh(vm, guest);
}

void Policies::refresh_later(const Uuid& vm, const std::shared_ptr<Guest>& guest) {
    asio::co_spawn(executor_, refresh(vm, guest), asio::detached);
}

void Policies::vm_changed(const Uuid& vm) {
    forget_unused();
    if (const auto at = guests_.find(vm); at != guests_.end()) refresh_later(vm, at->second);
}

void Policies::all_changed() {
    forget_unused();
    for (const auto& [vm, guest] : guests_)
        refresh_later(vm, guest);
}

void Policies::nothing_is_known() {
    for (const auto& [vm, guest] : guests_) {
        guest->properties = {};
        ++guest->version;
        guest->told = guest->turn;
        guest->asked = false;
    }
}

void Policies::forget_unused() {
    std::erase_if(guests_, [](const auto& entry) { return entry.second.use_count() == 1; });
}

}    // namespace xm::rpcproxy
