#include "bus/properties.hpp"

#include <string>

namespace xm::bus {
namespace {

bool readable(const idl::Property& row, Which which) {
    return row.access != idl::Access::write && (which == Which::all || !row.on_request);
}

}    // namespace

// The schema's texts are literals, so data() ends with a zero byte.
void put_property(Writer& into, const Face& face, std::size_t property) {
    into.open('v', face.interface->schema->properties[property].signature.data());
    face.interface->get(face.self, property, into);
    into.close();
}

void put_properties(Writer& into, const Face& face, Which which) {
    const auto rows = face.interface->schema->properties;
    into.open('a', "{sv}");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!readable(rows[i], which)) continue;
        into.open('e', "sv");
        into.put(rows[i].name.data());
        put_property(into, face, i);
        into.close();
    }
    into.close();
}

void put_interfaces(Writer& into, std::span<const Face> faces, Which which) {
    into.open('a', "{sa{sv}}");
    for (const Face& face : faces) {
        into.open('e', "sa{sv}");
        into.put(face.interface->schema->name.data());
        put_properties(into, face, which);
        into.close();
    }
    into.close();
}

}    // namespace xm::bus
