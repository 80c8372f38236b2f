#pragma once
// D-Bus values -> JSON. Structs and arrays are arrays, dictionaries objects (keys as text), variants their content,
// byte arrays arrays of numbers; a descriptor is its number.

#include "bus/types.hpp"

#include <nlohmann/json.hpp>

#include <span>
#include <string>

namespace xm::xec {

using Json = nlohmann::ordered_json;    // members stay in the order of the bus

Json to_json(const bus::Variant& value);

// The results of a call: null for none, the value itself for one, an array for several.
Json results_json(std::span<const bus::Variant> results);

// One line; text that is no UTF-8 is replaced rather than refused.
std::string compact(const Json& json);

}    // namespace xm::xec
