// com.example.toy: names and types of its members. Made by rpcgen from com.example.toy.xml; change that file, not this one.
#pragma once

#include "base/idl.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace xm::gen::toy {

inline constexpr std::string_view interface_name = "com.example.toy";

enum class Property : std::uint16_t {
    max_speed,
    colour,
    parts,
    secret,
};

enum class Method : std::uint16_t {
    echo_basic,
    echo_nested,
    echo_struct,
    length_of,
    delete_,
};

enum class Signal : std::uint16_t {
    moved,
    broken,
};

inline constexpr idl::Property properties[] = {
    {.name = "max-speed", .signature = "i", .access = idl::Access::readwrite, .emits = idl::Emits::value, .on_request = false},
    {.name = "colour", .signature = "s", .access = idl::Access::readwrite, .emits = idl::Emits::invalidates, .on_request = false},
    {.name = "parts", .signature = "a(sv)", .access = idl::Access::read, .emits = idl::Emits::constant, .on_request = true},
    {.name = "secret", .signature = "ay", .access = idl::Access::write, .emits = idl::Emits::never, .on_request = false},
};

inline constexpr idl::Method methods[] = {
    {.name = "echo_basic", .in = "bynqiuxtdsog", .out = "bynqiuxtdsog"},
    {.name = "echo_nested", .in = "a{sa(ias)}a{oa{sa{sv}}}aab", .out = "a{sa(ias)}a{oa{sa{sv}}}aab"},
    {.name = "echo_struct", .in = "(d(ii)v)", .out = "(d(ii)v)"},
    {.name = "length_of", .in = "h", .out = "t"},
    {.name = "delete", .in = "", .out = ""},
};

inline constexpr idl::Signal signals[] = {
    {.name = "moved", .signature = "(dd)a{ss}"},
    {.name = "broken", .signature = ""},
};

inline constexpr idl::Interface schema{
    .name = interface_name,
    .properties = properties,
    .methods = methods,
    .signals = signals,
};

}  // namespace xm::gen::toy
