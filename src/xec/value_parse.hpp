#pragma once
// Text of a command line -> D-Bus values, led by the type that the service declares. Pure.
//
//   y n q i u x t h   5  -5             h is a descriptor that this process has open
//   d                 2  2.5  -1e9
//   b                 true 1 false 0
//   s o g             the whole argument; inside containers "quoted" or 'quoted', \ escapes \ and the quote
//   v                 <type>:<value>    i:5   s:text   as:["a", "b"]
//   arrays, structs   [ v, v ]          bytes also as "text\x00"
//   dictionaries      { k: v, k: v }

#include "bus/types.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xec {

// `type` is one complete type; `what` names the value in a refusal ("argument 2"). Fails with bad_value.
bus::Variant parse_value(std::string_view type, std::string_view text, std::string_view what);

// One text for each complete type of `signature`, or a Failure that says how many there should be.
std::vector<bus::Variant> parse_arguments(std::string_view signature, std::span<const std::string> texts);

}    // namespace xm::xec
