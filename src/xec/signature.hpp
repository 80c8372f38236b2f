#pragma once
// D-Bus type strings, taken apart (D-Bus specification, "Type System"). Pure text.

#include <string_view>
#include <vector>

namespace xm::xec {

// The first complete type of `signature`; empty if there is none, or if it is damaged or nested too deeply.
std::string_view first_type(std::string_view signature);

// All complete types in order. Fails with bad_reply if the signature is damaged.
std::vector<std::string_view> split_types(std::string_view signature);

// Exactly one complete type.
inline bool is_single_type(std::string_view text) { return !text.empty() && first_type(text).size() == text.size(); }

// Element type of an array "aX", members of a struct "(XY)" or of a dictionary entry "{XY}".
inline std::string_view element_type(std::string_view array) { return array.substr(1); }
inline std::string_view members(std::string_view enclosed) { return enclosed.substr(1, enclosed.size() - 2); }

}    // namespace xm::xec
