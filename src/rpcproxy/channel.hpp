#pragma once
// Where peers come from, and where the bus is: unix:PATH, tcp:[ADDRESS:]PORT, serial:DEVICE, vchan:[DOMID]. One source
// a kind; the table of them is in channel.cpp.

#include "rpcproxy/link.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace xm::rpcproxy {

// A peer that has come.
struct Arrival {
    std::unique_ptr<Link> link;
    std::optional<std::uint32_t> domid;    // if the transport itself tells; what a peer says of itself never counts
};

class Listener {
public:
    virtual ~Listener() = default;

    // Listens from now on. Failure: errors::bad_channel.
    virtual void open(std::function<void(Arrival)> on_arrival) = 0;
    virtual bool one_peer_only() const { return false; }    // the process ends with its conversation
};

class GuestDomains;

// Failure: errors::bad_channel, for what is no channel, or none that can be listened on. guests: for vchan; outlives
// the listener.
std::unique_ptr<Listener> make_listener(const boost::asio::any_io_executor& executor, std::string_view channel,
                                        GuestDomains* guests = nullptr);

// Outwards, one connection a call.
class Connector {
public:
    virtual ~Connector() = default;
    virtual std::unique_ptr<Link> connect() = 0;              // null: nobody answers there now
    virtual std::string bus_address() const { return ""; }    // of a message bus, empty if it is none
};

std::unique_ptr<Connector> make_connector(const boost::asio::any_io_executor& executor, std::string_view channel);

}    // namespace xm::rpcproxy
