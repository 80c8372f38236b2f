#include "rpcproxy/rule_index.hpp"

#include <bit>

namespace xm::rpcproxy {
namespace {

constexpr std::string_view properties_interface = "org.freedesktop.DBus.Properties";

constexpr std::uint16_t bit(Axis axis) { return static_cast<std::uint16_t>(1u << static_cast<unsigned>(axis)); }

template <class Enum>
    requires std::is_enum_v<Enum>
constexpr Value value_of(Enum e) {
    return first_value + static_cast<Value>(e);
}
constexpr Value value_of(bool b) { return first_value + (b ? 1 : 0); }
constexpr Value value_of(std::uint32_t domid) {
    return domid < value_end - first_value ? first_value + domid : unnamed;
}

template <class T>
Value value_or_absent(const std::optional<T>& known) {
    return known ? value_of(*known) : not_there;
}

struct PropertyCall {
    std::string_view member;
    std::string_view signature;
};
constexpr PropertyCall property_calls[] = {{"Get", "ss"}, {"GetAll", "s"}, {"Set", "ssv"}};

}    // namespace

bool conditions_hold(const Rule& rule, const Properties& properties) {
    for (const Condition& condition : rule.conditions) {
        const auto value = properties.boolean(condition.property);
        if (value ? *value != condition.value : rule.allow) return false;
    }
    return true;
}

PropertyInterface property_interface(const Subject& subject) {
    if (subject.kind != Kind::method_call) return {};
    if (subject.interface && *subject.interface != properties_interface) return {};
    for (const PropertyCall& call : property_calls) {
        if (subject.member != call.member) continue;
        if (subject.signature != call.signature || !subject.first_argument || subject.first_argument->empty())
            return {true, std::nullopt};
        return {true, subject.first_argument};
    }
    return {};
}

// --- building --------------------------------------------------------------------------------------------------------

RuleIndex::RuleIndex(std::span<const Rule> rules) : rules_{rules}, nodes_(1) {
    for (std::size_t i = rules.size(); i-- > 0;)
        add(rules[i], static_cast<std::uint32_t>(i));
}

// A signal has no one address, so an `allow` that says neither signal nor interface is about everything else only.
void RuleIndex::add(const Rule& rule, std::uint32_t position) {
    if (!rule.allow || rule.kind || rule.interface) return put(0, steps_of(rule, rule.kind), rule, position);
    for (const Kind kind : {Kind::method_call, Kind::method_return, Kind::error})
        put(0, steps_of(rule, kind), rule, position);
}

RuleIndex::Steps RuleIndex::steps_of(const Rule& rule, std::optional<Kind> kind) {
    Steps steps{{Axis::direction, value_of(rule.direction)}, {Axis::stubdom, value_of(rule.stubdom.value_or(false))}};
    const auto name = [&](Axis axis, const auto& named, auto&& number) {
        if (named) steps.push_back({axis, number(*named)});
    };
    const auto word = [&](const std::string& text) { return number_of(text); };
    name(Axis::destination, rule.destination, word);
    name(Axis::interface, rule.interface, word);
    name(Axis::member, rule.member, word);
    name(Axis::kind, kind, [](Kind k) { return value_of(k); });
    name(Axis::sender, rule.sender, word);
    name(Axis::uuid, rule.dom_uuid, [&](const Uuid& uuid) { return number_of(uuid); });
    name(Axis::domid, rule.dom_id, [](std::uint32_t domid) { return value_of(domid); });
    name(Axis::type, rule.dom_type, word);
    name(Axis::name, rule.dom_name, word);
    return steps;
}

void RuleIndex::put(std::uint32_t node, std::span<const Step> rest, const Rule& rule, std::uint32_t position) {
    if (nodes_[node].closed) return;
    if (nodes_[node].end == 0) nodes_[node].end = position + 1;    // rules come last first
    if (rest.empty()) {
        nodes_[node].resting.push_back(position);
        nodes_[node].closed = rule.conditions.empty();
        return;
    }
    const auto [axis, value] = rest.front();
    put(child(node, axis, value), rest.subspan(1), rule, position);
    const bool always_there = axis == Axis::direction || axis == Axis::kind;
    if (!rule.allow && !always_there) put(child(node, axis, not_there), rest.subspan(1), rule, position);
}

std::uint32_t RuleIndex::child(std::uint32_t node, Axis axis, Value value) {
    const Edges::From from{node, static_cast<std::uint8_t>(axis), value};
    if (const auto known = edges_.find(from)) return known;
    const auto made = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
    nodes_[node].branches = static_cast<std::uint16_t>(nodes_[node].branches | bit(axis));
    used_ = static_cast<std::uint16_t>(used_ | bit(axis));
    edges_.add(from, made);
    return made;
}

Value RuleIndex::number_of(std::string_view word) {
    return words_.try_emplace(word, first_value + static_cast<Value>(words_.size())).first->second;
}

Value RuleIndex::number_of(const Uuid& uuid) {
    return uuids_.try_emplace(uuid, first_value + static_cast<Value>(uuids_.size())).first->second;
}

// --- asking ----------------------------------------------------------------------------------------------------------

Value RuleIndex::find(Axis axis, std::optional<std::string_view> word) const {
    if ((used_ & bit(axis)) == 0) return unnamed;
    if (!word) return not_there;
    const auto at = words_.find(*word);
    return at == words_.end() ? unnamed : at->second;
}

Value RuleIndex::find(const std::optional<Uuid>& uuid) const {
    if ((used_ & bit(Axis::uuid)) == 0) return unnamed;
    if (!uuid) return not_there;
    const auto at = uuids_.find(*uuid);
    return at == uuids_.end() ? unnamed : at->second;
}

Query RuleIndex::make_query(const Subject& subject, const Facts& facts) const {
    Query query;
    const bool incoming = subject.direction == Direction::incoming;
    query.set(Axis::direction, value_of(subject.direction));
    query.set(Axis::stubdom, incoming ? value_or_absent(facts.stubdom) : value_of(false));
    query.set(Axis::kind, value_of(subject.kind));
    query.set(Axis::member, find(Axis::member, subject.member));
    query.set(Axis::uuid, find(facts.uuid));
    query.set(Axis::domid, value_or_absent(facts.domid));
    query.set(Axis::type, find(Axis::type, facts.type));
    query.set(Axis::name, find(Axis::name, facts.name));

    const Value header = find(Axis::interface, subject.interface);
    const PropertyInterface property = property_interface(subject);
    const bool ask_both = property.possible && subject.interface;    // a call without interface may be any anyway
    query.set(Axis::interface, header, ask_both ? find(Axis::interface, property.name) : unnamed);
    return query;
}

void RuleIndex::set_name(Query& query, Axis axis, std::optional<std::string_view> name) const {
    query.set(axis, find(axis, name));
}

std::size_t RuleIndex::find_last(const Query& query, const Properties& properties) const {
    std::uint32_t end = 0;
    search(0, query, properties, end);
    return end == 0 ? none : end - 1;
}

// As deep as there are axes, whatever the message is.
void RuleIndex::search(std::uint32_t node, const Query& query, const Properties& properties, std::uint32_t& end) const {
    const Node& here = nodes_[node];
    if (here.end <= end) return;
    for (const std::uint32_t position : here.resting) {
        if (position < end) break;
        if (!conditions_hold(rules_[position], properties)) continue;
        end = position + 1;
        break;
    }
    for (unsigned branches = here.branches; branches != 0; branches &= branches - 1) {
        const auto axis = static_cast<std::uint8_t>(std::countr_zero(branches));
        for (const Value value : query.at(axis)) {
            if (value == unnamed) continue;
            if (const auto next = edges_.find({node, axis, value})) search(next, query, properties, end);
        }
    }
}

}    // namespace xm::rpcproxy
