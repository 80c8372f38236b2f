#pragma once
// Who is at the other end of a channel: from the transport, xenstore and the command line, never from the peer. Looked
// up once, when the peer comes.

#include "connect/store/store.hpp"
#include "rpcproxy/judge.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace xm::rpcproxy {

// What the command line says of every peer of the channel.
struct GivenIdentity {
    std::optional<std::uint32_t> domid{};
    std::optional<Uuid> uuid{};
    std::optional<bool> stubdom{};
    std::optional<std::string> type{};
    std::optional<std::string> name{};
};

// Asks xenstore for what is not given. Nodes that others than domain 0 can have written are not believed. What cannot
// be found out stays unknown; a peer whose uuid is given is that VM itself, not a stub domain, unless that is given
// too.
boost::asio::awaitable<Facts> identify(GivenIdentity given, std::optional<std::uint32_t> domid,
                                       connect::store::Store& xenstore);

// Whether the domain with this number is still the one that came.
boost::asio::awaitable<bool> still_there(Facts facts, connect::store::Store& xenstore);

}    // namespace xm::rpcproxy
