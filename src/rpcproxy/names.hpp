#pragma once
// What names and texts in messages may look like. D-Bus specification, "Valid Names", "Valid Object Paths", "Basic
// types"; where the reference implementation lets more pass (unique names of one element), the specification holds.

#include <string_view>

namespace xm::rpcproxy {

bool is_object_path(std::string_view text);
bool is_interface_name(std::string_view text);    // error names look the same
bool is_member_name(std::string_view text);
bool is_bus_name(std::string_view text);    // well-known or unique

// UTF-8 without NUL.
bool is_plain_text(std::string_view text);

}    // namespace xm::rpcproxy
