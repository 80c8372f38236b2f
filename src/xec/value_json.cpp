#include "xec/value_json.hpp"

#include "xec/value_print.hpp"

namespace xm::xec {
namespace {

using Elements = std::vector<bus::Variant>;

Json object_of(const Elements& entries) {
    Json object = Json::object();
    for (const auto& entry : entries) {
        const auto& key_and_value = std::get<Elements>(entry.value);
        object[to_text(key_and_value.at(0))] = to_json(key_and_value.at(1));
    }
    return object;
}

Json array_of(std::span<const bus::Variant> elements) {
    Json array = Json::array();
    for (const auto& element : elements)
        array.push_back(to_json(element));
    return array;
}

struct ScalarJson {
    Json operator()(const bus::UnixFd& value) const { return value.get(); }
    Json operator()(const Elements&) const { return nullptr; }
    template <class T>
    Json operator()(const T& value) const {
        return value;
    }
};

}    // namespace

Json to_json(const bus::Variant& value) {
    const auto* elements = std::get_if<Elements>(&value.value);
    if (elements == nullptr) return std::visit(ScalarJson{}, value.value);
    if (value.signature == "v") return to_json(elements->at(0));
    return value.signature.starts_with("a{") ? object_of(*elements) : array_of(*elements);
}

Json results_json(std::span<const bus::Variant> results) {
    if (results.empty()) return nullptr;
    return results.size() == 1 ? to_json(results.front()) : array_of(results);
}

std::string compact(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}    // namespace xm::xec
