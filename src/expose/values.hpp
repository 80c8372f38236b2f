#pragma once
// Between xm::Value, which the domain speaks, and D-Bus values.

#include "base/value.hpp"
#include "bus/message.hpp"
#include "bus/types.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xm::expose {

// Writes the value as the type that `signature` names ("s" and "o" are both text in a Value).
void put(bus::Writer& into, const Value& value, std::string_view signature);

// The variant's type was checked against the property's.
Value to_value(bus::Variant variant);

std::vector<bus::ObjectPath> object_paths(const StringList& paths);

}    // namespace xm::expose
