#include "rpcgen/describe.hpp"

#include <nlohmann/json.hpp>

namespace xm::rpcgen {
namespace {

using Json = nlohmann::ordered_json;

struct Key {
    std::string_view annotation;
    const char* key;
};

constexpr Key keys[] = {
    {note::unit, "unit"},       {note::fallback, "default"}, {note::range, "range"},
    {note::applies, "applies"}, {note::doc, "doc"},
};

std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> result;
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (!word.empty()) result.emplace_back(word);
    }
    return result;
}

void add_facts(Json& into, const Named& n) {
    const auto values = n.value(note::values);
    if (!values.empty()) into["values"] = words(values);
    for (const auto& [annotation, key] : keys) {
        const auto value = n.value(annotation);
        if (!value.empty()) into[key] = value;
    }
}

Json arguments(const std::vector<Arg>& args) {
    Json result = Json::array();
    for (const auto& arg : args) {
        Json entry{{"name", arg.name}, {"type", arg.signature}};
        add_facts(entry, arg);
        result.push_back(std::move(entry));
    }
    return result;
}

Json describe_method(const Method& method) {
    Json entry{{"name", method.name}, {"in", arguments(method.in())}, {"out", arguments(method.out())}};
    add_facts(entry, method);
    return entry;
}

Json describe_signal(const Signal& signal) {
    Json entry{{"name", signal.name}, {"args", arguments(signal.args)}};
    add_facts(entry, signal);
    return entry;
}

Json describe_property(const Property& property) {
    Json entry{
        {"name", property.name}, {"type", property.signature}, {"access", property.access}, {"emits", property.emits}};
    if (property.value(note::on_request) == "true") entry["on_request"] = true;
    add_facts(entry, property);
    return entry;
}

template <class Member>
Json all(const std::vector<Member>& members, Json (*describe_one)(const Member&)) {
    Json result = Json::array();
    for (const auto& member : members)
        result.push_back(describe_one(member));
    return result;
}

}    // namespace

std::string describe(const std::vector<Interface>& interfaces) {
    Json list = Json::array();
    for (const auto& interface : interfaces) {
        Json entry{{"name", interface.name}};
        add_facts(entry, interface);
        entry["methods"] = all(interface.methods, describe_method);
        entry["signals"] = all(interface.signals, describe_signal);
        entry["properties"] = all(interface.properties, describe_property);
        list.push_back(std::move(entry));
    }
    return Json{{"interfaces", list}}.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}    // namespace xm::rpcgen
