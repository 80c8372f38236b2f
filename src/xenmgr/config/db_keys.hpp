#pragma once
// get_db_key and set_db_key: a caller names a key below the VM's node, with dots or slashes between its parts.
// On the restricted interface the keys that decide what a VM may do are out of reach.

#include "base/uuid.hpp"
#include "xenmgr/config/config_tree.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace xm::xenmgr {

enum class Reach : std::uint8_t { restricted, full };    // full: dom0

// "config.memory" -> "config/memory"; throws bad_path. Serves the domstore keys as well.
std::string db_key_path(std::string_view untrusted_key);
bool is_protected_key(std::string_view path);    // policies, firewall rules, hooks, raw configuration

std::string get_db_key(const ConfigTree& tree, std::string_view untrusted_key);    // absent: empty
// Throws access_denied for a protected key. A key that has others below it keeps them and ignores the write, as the
// database does.
Change plan_set_db_key(const ConfigTree& tree, Uuid vm, std::string_view untrusted_key, std::string_view value,
                       Reach reach);

}    // namespace xm::xenmgr
