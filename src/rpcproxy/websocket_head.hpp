#pragma once
// The HTTP request that opens a websocket: whom we answer 101. RFC 6455, section 4.2.

#include "rpcproxy/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcproxy {

// Whom a websocket serves; all comparisons are of exact bytes.
struct WebsocketRules {
    // Values of the header Origin. Browsers always send one. Listed: the request must carry one of them. None listed:
    // it must carry none, so that no page is served.
    std::vector<std::string> origins;
    // Values of the header Host. None listed: localhost, 127.0.0.1 and [::1], with any port or none.
    std::vector<std::string> hosts;
};

inline constexpr std::size_t longest_head = 16u << 10;

struct HeadAnswer {
    std::string text;         // to be sent to the peer
    Fault fault = nullptr;    // refused; end the conversation
};

// A whole head with the empty line at its end.
HeadAnswer answer_head(std::string_view head, const WebsocketRules& rules);

// What is said about a head that is too long, or holds what no head may.
HeadAnswer refuse_long_head();
HeadAnswer refuse_bad_head();

}    // namespace xm::rpcproxy
