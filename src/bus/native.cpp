#include "bus/native.hpp"

#include <sdbus-c++/sdbus-c++.h>
#include <systemd/sd-bus.h>

namespace xm::bus {
namespace {

// A message knows its bus. The library keeps the message's handle in a protected member, which a derived class
// may name; nothing else in the tree relies on the library's insides.
struct Opened : sdbus::Message {
    static void* handle(const sdbus::Message& message) { return message.*(&Opened::msg_); }
};

}    // namespace

sd_bus* native_handle(sdbus::IConnection& connection) {
    auto daemon = sdbus::createProxy(connection, "org.freedesktop.DBus", "/org/freedesktop/DBus");
    auto call = daemon->createMethodCall("org.freedesktop.DBus", "GetId");    // made, never sent
    return sd_bus_message_get_bus(native_handle(call));
}

sd_bus_message* native_handle(const sdbus::Message& message) {
    return static_cast<sd_bus_message*>(Opened::handle(message));
}

}    // namespace xm::bus
