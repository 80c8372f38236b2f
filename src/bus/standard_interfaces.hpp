#pragma once
// Introspection text of the interfaces that every object has (D-Bus specification, "Standard Interfaces").

namespace xm::bus {

extern const char* const standard_interfaces;         // Introspectable, Peer, Properties
extern const char* const object_manager_interface;    // only on "/"

}    // namespace xm::bus
