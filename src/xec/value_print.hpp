#pragma once
// D-Bus values -> text for people and scripts. Pure, except that a descriptor is shown with what it refers to.

#include "bus/types.hpp"

#include <string>

namespace xm::xec {

// Numbers, words and paths as they are; a variant is its content; elements of arrays and structs stand one per line;
// dictionaries in braces, one entry per line, keys padded to 30 columns; byte arrays in quotes with \xNN.
std::string to_text(const bus::Variant& value);

// The same value on one line, in the form that value_parse.hpp reads.
std::string to_inline(const bus::Variant& value);

// "ay": every byte unchanged.
std::string raw_bytes(const bus::Variant& byte_array);

// Entry of a dictionary or property list: `"<name>"` padded, ` = `, the value with its further lines indented.
std::string entry_line(const std::string& name, const bus::Variant& value, std::size_t width);

}    // namespace xm::xec
