#pragma once
// The agent inside a guest, if it runs one: a clean way to ask the guest itself to shut down, sleep or hibernate.
// Its bus name is com.citrix.xenclient.guest.uuid_<uuid with underscores>.

#include "base/uuid.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace xm::connect {

class GuestAgents {
public:
    virtual ~GuestAgents() = default;

    virtual bool present(const Uuid& uuid) const = 0;    // known without asking anybody

    // "request_shutdown", "request_sleep", "request_hibernate"; returns when the agent has taken the request.
    // Failures: errors::peer_failed, peer_unavailable, no_reply.
    virtual boost::asio::awaitable<void> request(Uuid uuid, std::string what, std::chrono::milliseconds deadline) = 0;
};

}    // namespace xm::connect
