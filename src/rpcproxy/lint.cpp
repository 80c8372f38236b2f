#include "rpcproxy/lint.hpp"

#include "rpcproxy/names.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace xm::rpcproxy {
namespace {

using Text = std::optional<std::string>;

constexpr std::string_view the_bus = "org.freedesktop.DBus";
constexpr std::string_view properties_interface = "org.freedesktop.DBus.Properties";

// --- one rule by itself ----------------------------------------------------------------------------------------------

bool is_about(const Rule& rule, Kind kind) { return !rule.kind || *rule.kind == kind; }
bool is_incoming(const Rule& rule) { return rule.direction == Direction::incoming; }
bool lets_call(const Rule& rule) { return rule.allow && is_incoming(rule) && is_about(rule, Kind::method_call); }
bool is_answer_only(const Rule& rule) { return rule.kind == Kind::method_return || rule.kind == Kind::error; }

bool names_nothing(const Rule& rule) { return !rule.destination && !rule.interface && !rule.member && !rule.sender; }

bool lets_call_bus(const Rule& rule, std::string_view member) {
    return lets_call(rule) && rule.destination == the_bus && rule.member == member;
}

bool asks_both_ways(const Rule& rule) {
    for (const Condition& one : rule.conditions)
        for (const Condition& other : rule.conditions)
            if (one.property == other.property && one.value != other.value) return true;
    return false;
}

bool has_impossible_name(const Rule& rule) {
    const auto wrong = [](const Text& name, bool (*valid)(std::string_view)) { return name && !valid(*name); };
    return wrong(rule.destination, is_bus_name) || wrong(rule.sender, is_bus_name) ||
           wrong(rule.interface, is_interface_name) || wrong(rule.member, is_member_name);
}

bool lets_forbidden(const Rule& rule) {
    return lets_call_bus(rule, "BecomeMonitor") || lets_call_bus(rule, "UpdateActivationEnvironment") ||
           (rule.allow && is_incoming(rule) && rule.kind == Kind::signal && rule.interface == the_bus);
}

struct Check {
    bool (*applies)(const Rule&);
    const char* what;
    const char* cure;
};

// The first that applies speaks for the rule.
// clang-format off
constexpr Check checks[] = {
    {[](const Rule& r) { return r.dom_id == 0u; },
     "never decides, because domain 0 is not judged", "remove it"},
    {lets_forbidden,
     "never decides, because no rule can allow this", "remove it"},
    {[](const Rule& r) { return !is_incoming(r) && r.stubdom == true; },
     "never decides, because what goes out comes from the host, which is no stub domain",
     "name the stub domain by dom-uuid or dom-id"},
    {[](const Rule& r) { return r.allow && asks_both_ways(r); },
     "never decides, because a property cannot be true and false", "remove one of the two conditions"},
    {[](const Rule& r) { return r.allow && is_answer_only(r) && (r.interface || r.member); },
     "never decides, because returns and errors carry neither interface nor member", "remove both"},
    {[](const Rule& r) { return r.allow && has_impossible_name(r); },
     "never decides, because a name in it is not one that D-Bus allows", "correct the name"},
    {[](const Rule& r) { return !r.allow && has_impossible_name(r); },
     "denies only messages that lack a name, because the one in it is not one that D-Bus allows", "correct the name"},
    {[](const Rule& r) { return !r.allow && is_answer_only(r) && (r.interface || r.member); },
     "wider than it looks: returns and errors carry neither interface nor member, so all of them are meant",
     "remove both, or say method-call"},
    {[](const Rule& r) { return !r.allow && !r.kind && (r.interface || r.member); },
     "wider than it looks: returns and errors carry neither interface nor member, so it stops them too",
     "say method-call or signal in its subject"},
    {[](const Rule& r) { return r.sender && is_incoming(r); },
     "not what it looks: what a guest says of the sender is ignored, its own names on the bus count",
     "name the guest by dom-uuid"},
    {[](const Rule& r) { return lets_call(r) && names_nothing(r); },
     "wider than it looks: opens every service on the bus", "name destination, interface and member"},
    {[](const Rule& r) { return r.allow && !is_incoming(r) && !r.kind && !r.interface; },
     "narrower than it looks: signals need a rule that says out-signal or names an interface",
     "add one, or say out-method-call"},
    {[](const Rule& r) { return r.allow && is_about(r, Kind::signal) && is_incoming(r) && names_nothing(r); },
     "wider than it looks: the guest may send any signal, in any service's name", "name interface and member"},
    {[](const Rule& r) { return lets_call_bus(r, "RequestName") || lets_call_bus(r, "ReleaseName"); },
     "wider than it looks: the guest chooses the name, perhaps that of a service that restarts",
     "start the proxy with --request-name"},
    {[](const Rule& r) { return lets_call_bus(r, "AddMatch"); },
     "wider than it looks: the guest may listen to all signals of the bus that out rules let through",
     "keep allow out-signal rules to an interface each"},
    {[](const Rule& r) { return lets_call(r) && r.destination == the_bus && !r.member; },
     "wider than it looks: the bus starts services, gives names away and tells who is who",
     "name the members that the guest needs"},
    {[](const Rule& r) { return lets_call(r) && r.interface == properties_interface && r.member == "Get"; },
     "wider than it looks: reads every property of all interfaces there",
     "name the interface whose properties may be read; it covers Get for that one"},
    {[](const Rule& r) { return lets_call(r) && r.interface == properties_interface; },
     "wider than it looks: reaches every property of all interfaces there, Set included",
     "name the interface whose properties are meant, and member Get"},
    {[](const Rule& r) { return lets_call(r) && !r.destination; },
     "wider than it looks: says nothing of the destination, so it opens every service", "name the destination"},
    {[](const Rule& r) { return lets_call(r) && !r.interface && !r.member; },
     "wider than it looks: opens all interfaces of that service, Set of properties included",
     "name interface and member"},
    {[](const Rule& r) { return lets_call(r) && !r.interface; },
     "wider than it looks: opens the member on every interface, and in calls that name none", "name the interface"},
};
// clang-format on

// --- one rule beside another -----------------------------------------------------------------------------------------

unsigned kinds_of(const Rule& rule) {
    const auto bit = [](Kind kind) { return 1u << static_cast<unsigned>(kind); };
    if (rule.kind) return bit(*rule.kind);
    const unsigned unaddressed = rule.allow && !rule.interface ? 0 : bit(Kind::signal);
    return bit(Kind::method_call) | bit(Kind::method_return) | bit(Kind::error) | unaddressed;
}

template <class T>
bool leaves_room(const std::optional<T>& later, const std::optional<T>& earlier) {
    return !later || later == earlier;
}

bool has_all_conditions(const Rule& rule, const std::vector<Condition>& conditions) {
    return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
        return std::find(rule.conditions.begin(), rule.conditions.end(), condition) != rule.conditions.end();
    });
}

// Whether `later` matches every message that `earlier` matches and that lacks nothing that both name.
bool covers(const Rule& later, const Rule& earlier) {
    return later.direction == earlier.direction && (kinds_of(earlier) & ~kinds_of(later)) == 0 &&
           later.stubdom.value_or(false) == earlier.stubdom.value_or(false) &&
           leaves_room(later.destination, earlier.destination) && leaves_room(later.interface, earlier.interface) &&
           leaves_room(later.member, earlier.member) && leaves_room(later.sender, earlier.sender) &&
           leaves_room(later.dom_uuid, earlier.dom_uuid) && leaves_room(later.dom_id, earlier.dom_id) &&
           leaves_room(later.dom_type, earlier.dom_type) && leaves_room(later.dom_name, earlier.dom_name) &&
           has_all_conditions(earlier, later.conditions);
}

// An allow lets what lacks a name pass it by; then an earlier deny that names the same still decides.
bool lets_denial_through(const Rule& later, const Rule& earlier) {
    if (!later.allow || earlier.allow) return false;
    return later.destination || later.interface || later.member || later.sender || later.dom_uuid || later.dom_id ||
           later.dom_type || later.dom_name || !later.conditions.empty();
}

template <class T>
bool may_meet(const std::optional<T>& one, const std::optional<T>& other) {
    return !one || !other || one == other;
}

// Whether some message matches both, if stubdom were not looked at.
bool overlap(const Rule& one, const Rule& other) {
    return one.direction == other.direction && (kinds_of(one) & kinds_of(other)) != 0 &&
           may_meet(one.destination, other.destination) && may_meet(one.interface, other.interface) &&
           may_meet(one.member, other.member) && may_meet(one.dom_uuid, other.dom_uuid) &&
           may_meet(one.dom_id, other.dom_id) && may_meet(one.dom_type, other.dom_type) &&
           may_meet(one.dom_name, other.dom_name);
}

std::optional<Finding> find_cover(std::span<const Rule> rules, std::size_t at) {
    const Rule& rule = rules[at];
    for (const Rule& later : rules.subspan(at + 1)) {
        if (!covers(later, rule)) continue;
        const std::string place = to_string(later.origin);
        if (later.allow == rule.allow)
            return Finding{rule.origin, fmt::format("never decides, because {} matches all that it matches", place),
                           "remove one of the two"};
        if (covers(rule, later))
            return Finding{rule.origin, fmt::format("contradicts {}, which is the same with the other verdict", place),
                           "keep the one that is meant"};
        const char* rest = lets_denial_through(later, rule) ? " but messages that lack what it names" : "";
        return Finding{rule.origin,
                       fmt::format("never decides, because {} decides for all that it matches{}", place, rest),
                       "move it below, or remove it"};
    }
    return std::nullopt;
}

// A deny below an allow for stub domains reads as if it took something back from them.
std::optional<Finding> find_stubdom_left_out(std::span<const Rule> rules, std::size_t at) {
    const Rule& rule = rules[at];
    if (rule.allow || rule.stubdom || !is_incoming(rule)) return std::nullopt;
    for (const Rule& earlier : rules.first(at)) {
        if (!earlier.allow || earlier.stubdom != true || !overlap(earlier, rule)) continue;
        return Finding{rule.origin,
                       fmt::format("narrower than it looks: does not bind stub domains, which {} lets in",
                                   to_string(earlier.origin)),
                       "repeat it with stubdom true, or say stubdom false"};
    }
    return std::nullopt;
}

std::optional<Finding> find_by_itself(const Rule& rule) {
    for (const Check& check : checks)
        if (check.applies(rule)) return Finding{rule.origin, check.what, check.cure};
    return std::nullopt;
}

}    // namespace

std::string to_string(const Finding& finding) {
    return fmt::format("{}: {}: {}", to_string(finding.origin), finding.what, finding.cure);
}

std::vector<Finding> lint(std::span<const Rule> rules) {
    std::vector<Finding> findings;
    const auto add = [&](std::optional<Finding> finding) {
        if (finding) findings.push_back(std::move(*finding));
    };
    for (std::size_t i = 0; i < rules.size(); ++i) {
        add(find_by_itself(rules[i]));
        add(find_cover(rules, i));
        add(find_stubdom_left_out(rules, i));
    }
    return findings;
}

}    // namespace xm::rpcproxy
