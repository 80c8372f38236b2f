// How an object's interfaces are shown: see render() and render_json() in introspection.hpp.

#include "xec/introspection.hpp"
#include "xec/terminal.hpp"

namespace xm::xec {
namespace {

constexpr std::size_t name_width = 28;

std::string list(const std::vector<Argument>& arguments) {
    std::string text;
    for (const auto& argument : arguments)
        text += (text.empty() ? "" : ", ") + argument.name + ":" + argument.type;
    return text;
}

std::string property_line(const Property& property) {
    return "|     -  " + pad_right(property.name, name_width) + " " + property.access + ":" + property.type + "\n";
}

std::string method_line(const Method& method) {
    std::string line = "|     +  " + pad_right(dashes(method.name), name_width) + " ( ";
    if (!method.in.empty()) line += list(method.in) + " ";
    if (!method.out.empty()) line += "OUT " + list(method.out) + " ";
    return line + ")\n";
}

Json list_json(const std::vector<Argument>& arguments) {
    Json array = Json::array();
    for (const auto& argument : arguments)
        array.push_back({{"name", argument.name}, {"type", argument.type}});
    return array;
}

Json interface_json(const Interface& interface) {
    Json json{{"name", interface.name},
              {"properties", Json::array()},
              {"methods", Json::array()},
              {"signals", Json::array()}};
    for (const auto& property : interface.properties)
        json["properties"].push_back({{"name", property.name}, {"type", property.type}, {"access", property.access}});
    for (const auto& method : interface.methods)
        json["methods"].push_back(
            {{"name", method.name}, {"in", list_json(method.in)}, {"out", list_json(method.out)}});
    for (const auto& signal : interface.signals)
        json["signals"].push_back({{"name", signal.name}, {"arguments", list_json(signal.arguments)}});
    return json;
}

}    // namespace

std::string render(const std::vector<const Interface*>& interfaces) {
    std::string text;
    for (const auto* interface : interfaces) {
        text += (text.empty() ? "" : "\n") + ("/------- " + interface->name + "\n");
        for (const auto& property : interface->properties)
            text += property_line(property);
        for (const auto& method : interface->methods)
            text += method_line(method);
    }
    return text;
}

Json render_json(const std::vector<const Interface*>& interfaces) {
    Json array = Json::array();
    for (const auto* interface : interfaces)
        array.push_back(interface_json(*interface));
    return array;
}

}    // namespace xm::xec
