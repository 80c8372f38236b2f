#include "rpcgen/model.hpp"

#include "rpcgen/names.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace xm::rpcgen {
namespace {

std::string attribute_or(const Element& element, std::string_view name, std::string fallback) {
    const auto* value = element.attribute(name);
    if (value) return *value;
    return fallback;
}

std::string one_line(std::string_view line) {
    constexpr std::string_view blanks = " \t\r";
    std::string result;
    for (auto begin = line.find_first_not_of(blanks); begin != std::string_view::npos;) {
        const auto end = std::min(line.find_first_of(blanks, begin), line.size());
        result += (result.empty() ? "" : " ") + std::string{line.substr(begin, end - begin)};
        begin = line.find_first_not_of(blanks, end);
    }
    return result;
}

// Each line without its indentation and doubled blanks; no empty lines at the ends.
std::string tidy(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        result += one_line(line) + '\n';
    }
    const auto begin = result.find_first_not_of('\n');
    return begin == std::string::npos ? std::string{} : result.substr(begin, result.find_last_not_of('\n') + 1 - begin);
}

// Others document with elements of their own: <doc:doc>, <tp:docstring>, <doc>.
bool is_documentation(const Element& element) {
    const auto local = element.tag.substr(element.tag.find(':') + 1);
    return local == "doc" || local == "docstring";
}

void read_annotations(const Element& element, Named& into) {
    for (const auto& child : element.children) {
        if (child.tag != "annotation") continue;
        const auto name = attribute_or(child, "name", {});
        auto value = attribute_or(child, "value", {});
        into.annotations.push_back({child.at, name, name == note::doc ? tidy(value) : value});
    }
    for (const auto& child : element.children) {
        if (!is_documentation(child) || !into.value(note::doc).empty()) continue;
        into.annotations.push_back({child.at, std::string{note::doc}, tidy(text_of(child))});
    }
}

void read_name(const Element& element, Named& into) {
    into.at = element.at;
    into.name = attribute_or(element, "name", {});
    read_annotations(element, into);
    const auto chosen = into.value(note::cpp_name);
    into.cpp_name = chosen.empty() ? identifier(into.name) : std::string{chosen};
}

void read_type(const Element& element, Typed& into) {
    into.signature = attribute_or(element, "type", {});
    into.type = parse_signature(into.signature);
    if (into.type.types.size() == 1) into.cpp_type = cpp_type(into.type.types.front());
}

// Names of arguments never leave the generated code, so they are made to fit instead of refused.
void fit_names(std::vector<Arg>& args) {
    std::set<std::string> taken{"caller",         "connection",    "deadline", "face",   "interface",
                                "interface_name", "introspection", "methods",  "object", "properties",
                                "schema",         "signals",       "table"};    // names of our own around them
    for (std::size_t i = 0; i < args.size(); ++i) {
        auto& name = args[i].cpp_name;
        std::replace_if(name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
        if (!is_identifier(name)) name = "arg" + std::to_string(i);
        while (is_reserved(name) || taken.contains(name))
            name += '_';
        taken.insert(name);
    }
}

std::vector<Arg> read_args(const Element& member, const std::string& default_direction) {
    std::vector<Arg> args;
    for (const auto& child : member.children) {
        if (child.tag != "arg") continue;
        Arg arg;
        read_name(child, arg);
        read_type(child, arg);
        arg.direction = attribute_or(child, "direction", default_direction);
        args.push_back(std::move(arg));
    }
    fit_names(args);
    return args;
}

Property read_property(const Element& element, const Interface& owner) {
    Property property;
    read_name(element, property);
    read_type(element, property);
    property.access = attribute_or(element, "access", {});
    property.emits = property.value(note::emits);
    if (property.emits.empty()) property.emits = owner.value(note::emits);
    if (property.emits.empty()) property.emits = "true";
    return property;
}

template <class Member>
Member read_member(const Element& element, const std::string& default_direction) {
    Member member;
    read_name(element, member);
    member.args = read_args(element, default_direction);
    return member;
}

bool is_foreign(const Element& element) {
    return element.tag.empty() || element.tag.find(':') != std::string::npos || is_documentation(element);
}

void note_strangers(const Element& element, std::initializer_list<std::string_view> known, std::vector<Element>& into) {
    for (const auto& child : element.children) {
        if (is_foreign(child) || child.tag == "annotation") continue;
        if (std::find(known.begin(), known.end(), child.tag) != known.end()) continue;
        into.push_back({.at = child.at, .tag = child.tag, .text = {}, .attributes = {}, .children = {}});
    }
}

Interface read_interface(const Element& element, std::string_view strip_prefix) {
    Interface result;
    read_name(element, result);
    if (result.value(note::cpp_name).empty()) result.cpp_name = identifier(without_prefix(result.name, strip_prefix));
    result.source = element.at.file.substr(element.at.file.find_last_of('/') + 1);
    note_strangers(element, {"method", "signal", "property"}, result.strangers);
    for (const auto& child : element.children) {
        if (child.tag == "method") result.methods.push_back(read_member<Method>(child, "in"));
        if (child.tag == "signal") result.signals.push_back(read_member<Signal>(child, "out"));
        if (child.tag == "property") result.properties.push_back(read_property(child, result));
        if (child.tag == "method" || child.tag == "signal") note_strangers(child, {"arg"}, result.strangers);
        if (child.tag == "property") note_strangers(child, {}, result.strangers);
    }
    return result;
}

void collect(const Element& element, std::string_view strip_prefix, std::vector<Interface>& into) {
    if (element.tag == "interface") into.push_back(read_interface(element, strip_prefix));
    if (element.tag != "node") return;
    for (const auto& child : element.children)
        collect(child, strip_prefix, into);
}

constexpr std::array inherited{note::doc, note::unit, note::fallback, note::range, note::values, note::applies};

void inherit(Named& into, const Named& from) {
    for (const auto name : inherited) {
        const auto value = from.value(name);
        if (value.empty() || !into.value(name).empty()) continue;
        into.annotations.push_back({into.at, std::string{name}, std::string{value}});
    }
}

template <class Member>
void inherit_all(std::vector<Member>& into, const std::vector<Member>& from) {
    for (auto& member : into) {
        const auto same = [&](const Member& other) { return other.name == member.name; };
        const auto found = std::find_if(from.begin(), from.end(), same);
        if (found == from.end()) continue;
        inherit(member, *found);
        if constexpr (requires { member.args; }) inherit_all(member.args, found->args);
    }
}

std::vector<Arg> with_direction(const std::vector<Arg>& args, bool in) {
    std::vector<Arg> result;
    std::copy_if(args.begin(), args.end(), std::back_inserter(result),
                 [&](const Arg& a) { return (a.direction == "in") == in; });
    return result;
}

}    // namespace

std::string_view Named::value(std::string_view annotation) const {
    const auto found =
        std::find_if(annotations.begin(), annotations.end(), [&](const Annotation& a) { return a.name == annotation; });
    return found == annotations.end() ? std::string_view{} : std::string_view{found->value};
}

std::vector<Arg> Method::in() const { return with_direction(args, true); }
std::vector<Arg> Method::out() const { return with_direction(args, false); }

std::vector<Interface> build_model(const Element& root, std::string_view strip_prefix) {
    std::vector<Interface> interfaces;
    collect(root, strip_prefix, interfaces);
    return interfaces;
}

void inherit_descriptions(std::vector<Interface>& interfaces) {
    for (auto& interface : interfaces) {
        const auto reference = interface.value(note::described_by);
        if (reference.empty()) continue;
        const auto named = [&](const Interface& other) { return other.name == reference; };
        const auto found = std::find_if(interfaces.begin(), interfaces.end(), named);
        if (found == interfaces.end() || &*found == &interface) continue;
        inherit_all(interface.methods, found->methods);
        inherit_all(interface.signals, found->signals);
        inherit_all(interface.properties, found->properties);
    }
}

}    // namespace xm::rpcgen
