#pragma once
// The keys of the configuration file, one row each, and what their values do to a ConfigFile.

#include "xenvm/config_file.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace xm::xenvm {

using Complaint = std::string;    // what is expected instead; empty: the value is fine

// Values true, yes, y, 1 and false, no, n, 0.
std::optional<bool> parse_flag(std::string_view text);

// A line with a mistake leaves `file` as it was.
Complaint set_key(ConfigFile& file, std::string_view key, std::string_view value);

// The value of a key that has exactly one, as the file would say it; nothing if there is no such key.
std::optional<std::string> value_of(const model::GuestSpec& spec, std::string_view key);

// The keys that value_of() knows, separated by commas.
std::string single_keys();

}    // namespace xm::xenvm
