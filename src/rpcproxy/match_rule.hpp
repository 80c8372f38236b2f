#pragma once
// What a peer may ask the bus to send it. D-Bus specification, "Match Rules".

#include <cstddef>
#include <string_view>

namespace xm::rpcproxy {

// In bytes; the reference implementation's limit.
inline constexpr std::size_t longest_match_rule = 1024;

// Whether a bus might read in this rule a wish to see messages for others. A rule that says "eavesdrop" and is written
// in a way that is not plain (escapes, quotes that open within a value) counts as one, and so does a broken one.
bool eavesdrops(std::string_view rule);

}    // namespace xm::rpcproxy
