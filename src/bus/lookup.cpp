#include "bus/lookup.hpp"

#include <algorithm>

namespace xm::bus {
namespace {

template <class Rows>
std::optional<FoundMember> find(std::span<const Face> faces, std::string_view interface, std::string_view name,
                                Rows rows) {
    for (const Face& face : faces) {
        if (!interface.empty() && face.interface->schema->name != interface) continue;
        const auto members = rows(*face.interface->schema);
        const auto at = std::find_if(members.begin(), members.end(), [&](const auto& row) { return row.name == name; });
        if (at != members.end()) return FoundMember{face, static_cast<std::size_t>(at - members.begin())};
    }
    return std::nullopt;
}

}    // namespace

bool knows_interface(std::span<const Face> faces, std::string_view interface) {
    return std::any_of(faces.begin(), faces.end(),
                       [&](const Face& face) { return face.interface->schema->name == interface; });
}

std::optional<FoundMember> find_method(std::span<const Face> faces, std::string_view interface, std::string_view name) {
    return find(faces, interface, name, [](const idl::Interface& schema) { return schema.methods; });
}

std::optional<FoundMember> find_property(std::span<const Face> faces, std::string_view interface,
                                         std::string_view name) {
    return find(faces, interface, name, [](const idl::Interface& schema) { return schema.properties; });
}

}    // namespace xm::bus
