#pragma once
// One client of the guard: what it may ask reaches xenstored, and each answer reaches it. Whatever else it says ends
// the conversation, as does either end's going.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>

namespace xm::storeguard {

using Stream = boost::asio::local::stream_protocol;

// Ends when the conversation does; never throws.
boost::asio::awaitable<void> relay(Stream::socket client, Stream::socket xenstored);

}    // namespace xm::storeguard
