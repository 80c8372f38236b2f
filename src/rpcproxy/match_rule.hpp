#pragma once
// What a peer may ask the bus to send it. D-Bus specification, "Match Rules".

#include <string_view>

namespace xm::rpcproxy {

// Whether a bus might read in this rule a wish to see messages for others. A rule that says "eavesdrop" and is written
// in a way that is not plain (escapes, quotes that open within a value) counts as one, and so does a broken one.
bool eavesdrops(std::string_view rule);

}    // namespace xm::rpcproxy
