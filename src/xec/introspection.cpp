#include "xec/introspection.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "xec/failures.hpp"

#include <pugixml.hpp>

#include <algorithm>

namespace xm::xec {
namespace {

Argument argument(const pugi::xml_node& node) {
    return {node.attribute("name").value(), node.attribute("type").value()};
}

Method method(const pugi::xml_node& node) {
    Method parsed{node.attribute("name").value(), {}, {}};
    for (const auto& arg : node.children("arg")) {
        const bool out = std::string_view{arg.attribute("direction").value()} == "out";    // default: in
        (out ? parsed.out : parsed.in).push_back(argument(arg));
    }
    return parsed;
}

Signal signal(const pugi::xml_node& node) {
    Signal parsed{node.attribute("name").value(), {}};
    for (const auto& arg : node.children("arg"))
        parsed.arguments.push_back(argument(arg));
    return parsed;
}

Interface interface(const pugi::xml_node& node) {
    Interface parsed{node.attribute("name").value(), {}, {}, {}};
    for (const auto& child : node.children("method"))
        parsed.methods.push_back(method(child));
    for (const auto& child : node.children("property"))
        parsed.properties.push_back(
            {child.attribute("name").value(), child.attribute("type").value(), child.attribute("access").value()});
    for (const auto& child : node.children("signal"))
        parsed.signals.push_back(signal(child));
    return parsed;
}

template <class Member>
std::optional<Found<Member>> find(const Description& description, const std::optional<std::string>& interface,
                                  std::vector<Member> Interface::* members, std::string_view name) {
    for (const auto& candidate : description.interfaces) {
        if (interface && candidate.name != *interface) continue;
        const auto& list = candidate.*members;
        const auto at = std::ranges::find(list, name, &Member::name);
        if (at != list.end()) return Found<Member>{&candidate, &*at};
    }
    return std::nullopt;
}

std::string replaced(std::string_view text, char from, char to) {
    std::string result{text};
    std::ranges::replace(result, from, to);
    return result;
}

}    // namespace

std::string Method::signature() const {
    std::string types;
    for (const auto& argument : in)
        types += argument.type;
    return types;
}

Description parse_introspection(std::string_view xml) {
    pugi::xml_document document;
    const auto result = document.load_buffer(xml.data(), xml.size());
    if (!result) fail(failures::bad_reply, "introspection", "at byte {}: {}", result.offset, result.description());
    const auto root = document.child("node");
    if (!root) fail(failures::bad_reply, "introspection", "no <node> in it");
    Description description;
    for (const auto& child : root.children("interface"))
        description.interfaces.push_back(interface(child));
    for (const auto& child : root.children("node"))
        description.children.emplace_back(child.attribute("name").value());
    return description;
}

std::optional<Found<Method>> find_method(const Description& description, const std::optional<std::string>& interface,
                                         std::string_view name) {
    return find(description, interface, &Interface::methods, name);
}

std::optional<Found<Property>> find_property(const Description& description,
                                             const std::optional<std::string>& interface, std::string_view name) {
    return find(description, interface, &Interface::properties, name);
}

std::vector<const Interface*> chosen(const Description& description, const std::optional<std::string>& interface) {
    std::vector<const Interface*> all;
    for (const auto& candidate : description.interfaces) {
        if (interface && candidate.name == *interface) return {&candidate};
        all.push_back(&candidate);
    }
    return all;
}

std::string dashes(std::string_view name) { return replaced(name, '_', '-'); }
std::string underscores(std::string_view name) { return replaced(name, '-', '_'); }

}    // namespace xm::xec
