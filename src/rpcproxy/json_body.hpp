#pragma once
// The body of a D-Bus message as a JSON array.

#include "rpcproxy/message.hpp"

#include <cstddef>
#include <string>

namespace xm::rpcproxy {

inline constexpr Fault longer_than_limit = "longer in JSON than the limit";

// Gives up, with half an array in the text, when the text becomes longer than the limit.
Fault append_body(std::string& text, const Message& message, std::size_t limit);

}    // namespace xm::rpcproxy
