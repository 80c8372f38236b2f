#pragma once
// Writing property values of faces into messages: one, all of an interface, all of an object.

#include "bus/interface.hpp"

#include <cstddef>
#include <span>

namespace xm::bus {

enum class Which { all, managed };    // managed: without those that are given on request only

void put_property(Writer& into, const Face& face, std::size_t property);        // v
void put_properties(Writer& into, const Face& face, Which which);               // a{sv}
void put_interfaces(Writer& into, std::span<const Face> faces, Which which);    // a{sa{sv}}

}    // namespace xm::bus
