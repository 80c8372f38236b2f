#pragma once
// Shape of the tables that rpcgen writes into gen/<interface>_schema.hpp: names and types of an interface's
// members, without any D-Bus library. Signatures are D-Bus type strings (D-Bus specification, "Type System").

#include <cstdint>
#include <span>
#include <string_view>

namespace xm::idl {

enum class Access : std::uint8_t { read, write, readwrite };
enum class Emits : std::uint8_t { value, invalidates, constant, never };    // EmitsChangedSignal

struct Property {
    std::string_view name;    // on the wire, hyphens included
    std::string_view signature;
    Access access = Access::readwrite;
    Emits emits = Emits::value;
    bool on_request = false;    // left out of GetManagedObjects (org.freedesktop.systemd1.Explicit)
};

struct Method {
    std::string_view name;
    std::string_view in;    // signatures of all arguments, concatenated
    std::string_view out;
};

struct Signal {
    std::string_view name;
    std::string_view signature;
};

struct Interface {
    std::string_view name;
    std::span<const Property> properties;
    std::span<const Method> methods;
    std::span<const Signal> signals;
};

}    // namespace xm::idl
