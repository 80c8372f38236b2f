#pragma once
// Checks values against their signature, as deep as they go, without recursion.

#include "rpcproxy/cursor.hpp"

#include <string_view>

namespace xm::rpcproxy {

struct Place {
    std::size_t depth = 0;            // containers that the values are already within
    std::size_t longest_array = 0;    // in bytes
};

// Moves the cursor behind the values; on its fault() stands what is wrong, file descriptors (`h`) included.
void check_values(Cursor& cursor, std::string_view signature, const Place& place);

// The value of a variant: a signature of one type, then the value.
void check_variant(Cursor& cursor, const Place& place);

}    // namespace xm::rpcproxy
