#pragma once
// The decision once more, slow and word by word as the manual has it: what the index is compared with.

#include "rpcproxy/judge.hpp"
#include "rpcproxy/match_rule.hpp"

#include <optional>
#include <string_view>

namespace xm::rpcproxy::reference {

constexpr int nothing = -1;         // no rule matches
constexpr int out_of_reach = -2;    // no rule can allow it
constexpr int not_judged = -3;

using Name = std::optional<std::string_view>;

// "What is absent or unknown satisfies no allow that names it, and every deny that names it."
template <class Fact, class Named>
bool satisfies(bool allow, const Fact& fact, const Named& named) {
    if (!fact) return !allow;
    return *fact == named;
}

// "interface I also matches org.freedesktop.DBus.Properties Get/Set/GetAll whose first argument is the string I."
inline bool interface_satisfies(bool allow, const Subject& message, const std::string& named) {
    if (!message.interface) return !allow;
    if (*message.interface == named) return true;
    if (*message.interface != "org.freedesktop.DBus.Properties" || message.kind != Kind::method_call) return false;
    const bool get = message.member == "Get", set = message.member == "Set", get_all = message.member == "GetAll";
    if (!get && !set && !get_all) return false;
    const bool form = (get && message.signature == "ss") || (set && message.signature == "ssv") ||
                      (get_all && message.signature == "s");
    const bool known = form && message.first_argument && *message.first_argument != "";
    return known ? *message.first_argument == named : !allow;
}

inline bool matches(const Rule& rule, const Subject& message, Name destination, Name sender, const Facts& facts,
                    const Properties& properties) {
    const bool allow = rule.allow;
    if (rule.direction != message.direction) return false;
    if (rule.kind && *rule.kind != message.kind) return false;
    if (allow && message.kind == Kind::signal && !rule.kind && !rule.interface) return false;
    if (rule.destination && !satisfies(allow, destination, *rule.destination)) return false;
    if (rule.interface && !interface_satisfies(allow, message, *rule.interface)) return false;
    if (rule.member && !satisfies(allow, message.member, *rule.member)) return false;
    if (rule.sender && !satisfies(allow, sender, *rule.sender)) return false;
    if (rule.dom_uuid && !satisfies(allow, facts.uuid, *rule.dom_uuid)) return false;
    if (rule.dom_id && !satisfies(allow, facts.domid, *rule.dom_id)) return false;
    if (rule.dom_type && !satisfies(allow, facts.type, *rule.dom_type)) return false;
    if (rule.dom_name && !satisfies(allow, facts.name, *rule.dom_name)) return false;
    const std::optional<bool> stubdom = message.direction == Direction::outgoing ? std::optional{false} : facts.stubdom;
    if (!satisfies(allow, stubdom, rule.stubdom.value_or(false))) return false;
    for (const Condition& condition : rule.conditions)
        if (!satisfies(allow, properties.boolean(condition.property), condition.value)) return false;
    return true;
}

inline int last_match(std::span<const Rule> rules, const Subject& message, Name destination, Name sender,
                      const Facts& facts, const Properties& properties) {
    for (int i = static_cast<int>(rules.size()) - 1; i >= 0; --i)
        if (matches(rules[static_cast<std::size_t>(i)], message, destination, sender, facts, properties)) return i;
    return nothing;
}

inline bool out_of_all_reach(const Subject& message) {
    if (message.direction == Direction::outgoing) return false;
    if (message.kind == Kind::signal) return message.interface == "org.freedesktop.DBus";
    if (message.kind != Kind::method_call) return false;
    if (message.destinations.empty()) return true;
    for (const std::string_view name : message.destinations) {
        if (name != "org.freedesktop.DBus") continue;
        if (message.member == "BecomeMonitor" || message.member == "UpdateActivationEnvironment") return true;
        if (message.member == "AddMatch" && (!message.first_argument || eavesdrops(*message.first_argument)))
            return true;
    }
    return false;
}

struct Decision {
    bool allow = false;
    int why = nothing;    // position of a rule, or one of the constants
};

// "Judged once for each name, and passes if all do."
inline Decision decide(std::span<const Rule> rules, const Subject& message, const Facts& facts,
                       const Properties& properties) {
    if (facts.domid && *facts.domid == 0) return {true, not_judged};
    if (out_of_all_reach(message)) return {false, out_of_reach};
    std::vector<Name> to{message.destinations.begin(), message.destinations.end()};
    std::vector<Name> from{message.senders.begin(), message.senders.end()};
    if (to.empty()) to.push_back(std::nullopt);
    if (from.empty()) from.push_back(std::nullopt);
    Decision allowed, by_default;
    bool all = true;
    for (const Name& destination : to)
        for (const Name& sender : from) {
            const int rule = last_match(rules, message, destination, sender, facts, properties);
            if (rule == nothing) {
                all = false;
            } else if (!rules[static_cast<std::size_t>(rule)].allow) {
                return {false, rule};
            } else if (allowed.why == nothing) {
                allowed = {true, rule};
            }
        }
    return all ? allowed : by_default;
}

}    // namespace xm::rpcproxy::reference
