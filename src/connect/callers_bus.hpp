#pragma once
// connect::Callers on a message bus.

#include "bus/client.hpp"
#include "bus/connection.hpp"
#include "connect/callers.hpp"
#include "connect/store/store.hpp"
#include "connect/turns.hpp"

#include <cstdint>
#include <map>
#include <memory>
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
    using Lines = std::map<std::string, std::weak_ptr<Turns>>;    // by sender; gone with the last who waits
    std::shared_ptr<Turns> line_of(const std::string& sender, const boost::asio::any_io_executor& executor);

    std::map<std::string, CallerDomain> known_;
    std::shared_ptr<Lines> lines_ = std::make_shared<Lines>();
    std::int64_t proxy_user_;          // -1: there is no such user
    bool bus_knows_domains_ = true;    // until it says that it does not
};

}    // namespace xm::connect
