#pragma once
// Who a caller is, by its name on the bus: the bus tells the domain (GetConnectionDOMID), xenstore tells the uuid. A
// bus without that method has no callers from other domains, so all of its callers count as domain 0. Answers are kept
// until the caller leaves the bus.

#include "bus/client.hpp"
#include "bus/connection.hpp"
#include "dbd/access.hpp"
#include "dbd/xenstore.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace xm::dbd {

class BusIdentity final : public CallerIdentity {
public:
    BusIdentity(bus::Connection& connection, Xenstore xenstore);    // the connection outlives this

    boost::asio::awaitable<Identity> identify(std::string sender) override;

private:
    boost::asio::awaitable<Identity> ask(std::string sender);
    boost::asio::awaitable<std::int32_t> domain_of(std::string sender);
    void forget_when_gone();

    bus::Peer daemon_;
    Xenstore xenstore_;
    bus::Subscription leaving_;
    std::map<std::string, Identity> known_;
    bool only_domain0_ = false;    // the bus does not know domains
};

}    // namespace xm::dbd
