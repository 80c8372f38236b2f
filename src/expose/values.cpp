#include "expose/values.hpp"

#include "base/failure.hpp"
#include "gen/errors.hpp"

namespace xm::expose {
namespace {

StringList texts(const std::vector<bus::Variant>& elements) {
    StringList list;
    for (const auto& element : elements)
        list.push_back(std::get<std::string>(element.value));
    return list;
}

}    // namespace

void put(bus::Writer& into, const Value& value, std::string_view signature) {
    if (signature == "o") return into.put(bus::ObjectPath{std::get<std::string>(value)});
    if (signature == "ao") return into.put(object_paths(std::get<StringList>(value)));
    std::visit([&](const auto& plain) { into.put(plain); }, value);
}

Value to_value(bus::Variant variant) {
    if (const auto* flag = std::get_if<bool>(&variant.value)) return *flag;
    if (const auto* number = std::get_if<std::int32_t>(&variant.value)) return *number;
    if (const auto* number = std::get_if<std::int64_t>(&variant.value)) return *number;
    if (auto* text = std::get_if<std::string>(&variant.value)) return std::move(*text);
    if (const auto* elements = std::get_if<std::vector<bus::Variant>>(&variant.value);
        elements != nullptr && (variant.signature == "as" || variant.signature == "ao"))
        return texts(*elements);
    fail(errors::invalid_arguments, "", "no property has type '{}'", variant.signature);
}

std::vector<bus::ObjectPath> object_paths(const StringList& paths) {
    std::vector<bus::ObjectPath> list;
    list.reserve(paths.size());
    for (const auto& path : paths)
        list.emplace_back(path);
    return list;
}

}    // namespace xm::expose
