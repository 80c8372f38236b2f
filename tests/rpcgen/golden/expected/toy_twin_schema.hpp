// com.example.toy.twin: names and types of its members. Made by rpcgen from com.example.toy.twin.xml; change that file, not this one.
#pragma once

#include "base/idl.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace xm::gen::toy_twin {

inline constexpr std::string_view interface_name = "com.example.toy.twin";

enum class Property : std::uint16_t {
    max_speed,
};

enum class Method : std::uint16_t {
};

enum class Signal : std::uint16_t {
};

inline constexpr idl::Property properties[] = {
    {.name = "max-speed", .signature = "i", .access = idl::Access::read, .emits = idl::Emits::value, .on_request = false},
};

inline constexpr std::array<idl::Method, 0> methods{};

inline constexpr std::array<idl::Signal, 0> signals{};

inline constexpr idl::Interface schema{
    .name = interface_name,
    .properties = properties,
    .methods = methods,
    .signals = signals,
};

}  // namespace xm::gen::toy_twin
