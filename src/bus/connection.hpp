#pragma once
// One connection to a message bus, driven by one io_context. Serving goes through bus::Service, outgoing calls through
// generated clients (sdbus-c++ proxies) on the same connection, so order is kept and the caller has one identity.

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>

struct sd_bus;
namespace sdbus {
class IConnection;
}

namespace xm::bus {

enum class Kind { system, session };

class Connection {
public:
    // A connection that is lost stops the loop.
    Connection(boost::asio::io_context& loop, Kind kind = Kind::system);
    // To the bus at an address, "unix:path=/run/dbus/system_bus_socket". A connection that is lost says so on the next
    // turn of the loop, once, and may be destroyed then.
    Connection(boost::asio::io_context& loop, const std::string& address, std::function<void()> on_lost);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Becomes the primary owner or fails: no queueing, no replacement.
    void own_name(const std::string& name);
    std::string unique_name() const;

    boost::asio::io_context& loop() const;
    sd_bus* native() const;
    sdbus::IConnection& proxies() const;

    // To be called after sending: looks again at what sd-bus waits for, once per turn of the loop.
    void flush();

    // Handles everything that has arrived by now, at once.
    void take_in();

    // The bus went away. This connection does not come back.
    bool lost() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}    // namespace xm::bus
