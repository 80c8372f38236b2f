#pragma once
// What a service says about one of its objects (D-Bus specification, "Introspection Data Format"), as plain data, and
// the look-ups that commands make in it. Pure.

#include "xec/value_json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xec {

struct Argument {
    std::string name;    // may be empty
    std::string type;
};

struct Method {
    std::string name;
    std::vector<Argument> in;
    std::vector<Argument> out;

    std::string signature() const;    // of the arguments that go in
};

struct Property {
    std::string name;
    std::string type;
    std::string access;    // read, write or readwrite
};

struct Signal {
    std::string name;
    std::vector<Argument> arguments;
};

struct Interface {
    std::string name;
    std::vector<Method> methods;
    std::vector<Property> properties;
    std::vector<Signal> signals;
};

struct Description {
    std::vector<Interface> interfaces;    // in the order of the service
    std::vector<std::string> children;    // names of the objects below
};

// Fails with bad_reply if the text is no introspection document.
Description parse_introspection(std::string_view xml);

template <class Member>
struct Found {
    const Interface* interface;
    const Member* member;
};

// The first interface in order that has the member, or only the one that is named.
std::optional<Found<Method>> find_method(const Description& description, const std::optional<std::string>& interface,
                                         std::string_view name);
std::optional<Found<Property>> find_property(const Description& description,
                                             const std::optional<std::string>& interface, std::string_view name);

// All interfaces; only the named one, if the object has it.
std::vector<const Interface*> chosen(const Description& description, const std::optional<std::string>& interface);

std::string dashes(std::string_view name);         // list_vms -> list-vms, for showing
std::string underscores(std::string_view name);    // list-vms -> list_vms, for calling

std::string render(const std::vector<const Interface*>& interfaces);
Json render_json(const std::vector<const Interface*>& interfaces);

}    // namespace xm::xec
