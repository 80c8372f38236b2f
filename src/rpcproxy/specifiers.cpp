#include "rpcproxy/specifiers.hpp"

#include "rpcproxy/rule_index.hpp"

namespace xm::rpcproxy {
namespace {

Held from(bool holds) { return holds ? Held::yes : Held::no; }

template <class Known, class Named>
Held compare(const std::optional<Known>& known, const Named& named) {
    return known ? from(*known == named) : Held::absent;
}

std::optional<std::string_view> only(std::span<const std::string_view> names) {
    return names.empty() ? std::nullopt : std::optional{names.front()};
}

Held kind_holds(const Rule& rule, const Subject& subject) {
    if (rule.kind) return from(rule.kind == subject.kind);
    return from(subject.kind != Kind::signal || !rule.allow || rule.interface);
}

Held interface_holds(const std::string& named, const Subject& subject) {
    if (!subject.interface) return Held::absent;
    if (*subject.interface == named) return Held::yes;
    const PropertyInterface property = property_interface(subject);
    return property.possible ? compare(property.name, named) : Held::no;
}

}    // namespace

std::vector<Specified> specified(const Rule& rule, const Subject& subject, const Facts& facts,
                                 const Properties& properties) {
    const bool incoming = subject.direction == Direction::incoming;
    const std::optional<bool> stubdom = incoming ? facts.stubdom : std::optional{false};
    std::vector<Specified> all{{"direction", from(rule.direction == subject.direction)},
                               {"kind", kind_holds(rule, subject)}};
    const auto add = [&](const char* what, const auto& named, const auto& known) {
        if (named) all.push_back({what, compare(known, *named)});
    };
    add("destination", rule.destination, only(subject.destinations));
    if (rule.interface) all.push_back({"interface", interface_holds(*rule.interface, subject)});
    add("member", rule.member, subject.member);
    add("sender", rule.sender, only(subject.senders));
    add("dom-uuid", rule.dom_uuid, facts.uuid);
    add("dom-id", rule.dom_id, facts.domid);
    add("dom-type", rule.dom_type, facts.type);
    add("dom-name", rule.dom_name, facts.name);
    all.push_back({"stubdom", compare(stubdom, rule.stubdom.value_or(false))});
    for (const Condition& condition : rule.conditions)
        all.push_back(
            {"if-boolean " + condition.property, compare(properties.boolean(condition.property), condition.value)});
    return all;
}

}    // namespace xm::rpcproxy
