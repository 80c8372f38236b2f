#pragma once
// connect::GuestAgents over the message bus: agents own com.citrix.xenclient.guest.uuid_<uuid with underscores>,
// through the firewall, which gives each guest no name but its own.

#include "bus/client.hpp"
#include "bus/connection.hpp"
#include "connect/guest_agents.hpp"

#include <set>
#include <string>

namespace xm::connect {

class BusGuestAgents final : public GuestAgents {
public:
    explicit BusGuestAgents(bus::Connection& connection);    // outlives this

    // Finds the agents that are there already; whoever comes later is heard of.
    boost::asio::awaitable<void> load();

    bool present(const Uuid& uuid) const override { return present_.contains(uuid); }
    boost::asio::awaitable<void> request(Uuid uuid, std::string what, std::chrono::milliseconds deadline) override;

private:
    void on_owner(const std::string& name, const std::string& owner);

    bus::Connection& connection_;
    bus::Peer bus_;
    bus::Subscription owners_;
    std::set<Uuid> present_;
};

}    // namespace xm::connect
