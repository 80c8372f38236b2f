#pragma once
// connect::Callers on a message bus.

#include "bus/client.hpp"
#include "bus/connection.hpp"
#include "connect/callers.hpp"
#include "connect/store/store.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace xm::connect {

class BusCallers final : public Callers {
public:
    BusCallers(bus::Connection& connection, store::Store& xenstore);    // both outlive this

    boost::asio::awaitable<CallerDomain> domain_of(std::string sender) override;

private:
    using Credentials = std::map<std::string, bus::Variant>;

    boost::asio::awaitable<Credentials> credentials_of(std::string connection);
    boost::asio::awaitable<CallerDomain> ask(std::string sender);
    boost::asio::awaitable<std::optional<std::int32_t>> ask_bus(std::string sender);
    boost::asio::awaitable<std::string> owner_of(std::string name);
    boost::asio::awaitable<CallerDomain> ask_proxy(std::string sender);
    void forget_when_gone();

    bus::Connection& connection_;
    bus::Peer daemon_;
    store::Store& xenstore_;
    bus::Subscription leaving_;
    std::map<std::string, CallerDomain> known_;
    std::int64_t proxy_user_;          // -1: there is no such user
    bool bus_knows_domains_ = true;    // until it says that it does not
};

}    // namespace xm::connect
