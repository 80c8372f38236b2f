#pragma once
// Names: what D-Bus allows (D-Bus specification, "Valid Names"), and how they become C++ identifiers.

#include <string>
#include <string_view>

namespace xm::rpcgen {

bool is_interface_name(std::string_view name);    // two or more parts with dots between
bool is_member_name(std::string_view name);
bool is_property_name(std::string_view name);    // like a member, but hyphens and dots may stand inside
bool is_identifier(std::string_view name);       // of C++, keywords included

bool is_reserved(std::string_view identifier);    // a keyword, or a macro of the standard headers

std::string identifier(std::string_view name);    // hyphens and dots to underscores
std::string without_prefix(std::string_view name, std::string_view prefix);

}    // namespace xm::rpcgen
