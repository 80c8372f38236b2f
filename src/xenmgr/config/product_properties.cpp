#include "xenmgr/config/product_properties.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/setting.hpp"
#include "xenmgr/config/vm_view.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace xm::xenmgr {
namespace {

constexpr std::string_view properties_key = "productproperty";

template <class T>
std::optional<std::string> integer(std::string_view value) {
    if (text::parse_number<T>(value)) return std::nullopt;
    return fmt::format("must be a whole number from {} to {}", std::numeric_limits<T>::min(),
                       std::numeric_limits<T>::max());
}

template <class T>
std::optional<std::string> real(std::string_view value) {
    T number{};
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc{} && end == value.data() + value.size() && std::isfinite(number)) return std::nullopt;
    return "must be a number in the range of its type";
}

std::optional<std::string> boolean(std::string_view value) {
    if (value == "true" || value == "false") return std::nullopt;
    return "must be true or false";
}

struct Type {
    std::string_view name;
    std::optional<std::string> (*complaint)(std::string_view value);
};
constexpr Type types[] = {
    {"uint8", integer<std::uint8_t>},
    {"sint8", integer<std::int8_t>},
    {"uint16", integer<std::uint16_t>},
    {"sint16", integer<std::int16_t>},
    {"uint32", integer<std::uint32_t>},
    {"sint32", integer<std::int32_t>},
    {"uint64", integer<std::uint64_t>},
    {"sint64", integer<std::int64_t>},
    {"real32", real<float>},
    {"real64", real<double>},
    {"Boolean", boolean},
};

std::string key_of(std::string_view id, std::string_view part) { return join(join(properties_key, id), part); }

std::string required(const ConfigTree& tree, Uuid vm, std::string_view id) {
    if (id.empty() || id.find('/') != std::string_view::npos || !tree.has_below(join(properties_key, id)))
        fail(errors::no_such_product_property, vm.text(), "there is no product property '{}'", text::escaped(id));
    return std::string{tree.get_or(key_of(id, "type"), "String")};
}

}    // namespace

std::optional<std::string> product_value_complaint(std::string_view type, std::string_view value) {
    const auto* known = std::ranges::find(types, type, &Type::name);
    if (known == std::end(types)) return std::nullopt;    // String
    return known->complaint(value);
}

std::vector<StringMap> list_product_properties(const ConfigTree& tree) {
    std::vector<StringMap> list;
    for (const auto id : tree.children(properties_key)) {
        const auto text = [&](std::string_view part, std::string_view fallback = "") {
            return std::string{tree.get_or(key_of(id, part), fallback)};
        };
        const auto yes_no = [&](std::string_view part) { return flag(tree, key_of(id, part)) ? "true" : "false"; };
        if (text("key").empty()) continue;
        list.push_back({{"id", std::string{id}},
                        {"type", text("type", "String")},
                        {"key", text("key")},
                        {"class", text("class")},
                        {"instance", text("instance")},
                        {"label", ""},
                        {"description", text("description")},
                        {"user-configurable", yes_no("userconfigurable")},
                        {"password", yes_no("password")}});
    }
    return list;
}

std::string get_product_property(const ConfigTree& tree, Uuid vm, std::string_view id) {
    required(tree, vm, id);
    return std::string{tree.get_or(key_of(id, "value"), "")};
}

Change plan_set_product_property(const ConfigTree& tree, Uuid vm, std::string_view id,
                                 std::string_view untrusted_value) {
    const auto type = required(tree, vm, id);
    if (const auto wrong = product_value_complaint(type, untrusted_value))
        fail(errors::bad_value, vm.text(), "product property {} of type {} = '{}': {}", text::escaped(id),
             text::escaped(type), text::escaped(untrusted_value), *wrong);
    constexpr Setting value{.form = Form::absent_if_empty};
    return plan_write(value, tree, key_of(id, "value"), std::string{untrusted_value});
}

}    // namespace xm::xenmgr
