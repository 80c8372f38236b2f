#pragma once
// Reads xenstore over its socket, and hears what changes in it. Protocol: xen/include/public/io/xs_wire.h. libxenstore
// would block the loop, or want a thread.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace xm::connect {

class Xenstore {
public:
    explicit Xenstore(std::string socket = "/run/xenstored/socket") : socket_{std::move(socket)} {}

    struct Node {
        bool known = false;    // xenstore answered: either there is a value, or there is no such node
        std::optional<std::string> value;
        std::uint32_t owner = 0;    // domain that may do anything with the node; only said if there is a value
    };
    // Ends within five seconds.
    boost::asio::awaitable<Node> look(std::string path) const;

    // Nothing if there is no such node, no xenstore, or no answer.
    boost::asio::awaitable<std::optional<std::string>> read(std::string path) const;

    const std::string& socket() const { return socket_; }

private:
    std::string socket_;
};

// Calls back whenever a node at or below `path`, or a special event such as "@releaseDomain", changes, and once when it
// begins. Silent where there is no xenstore. The destructor ends it.
class XenstoreWatch {
public:
    XenstoreWatch(const boost::asio::any_io_executor& executor, const Xenstore& xenstore, std::string path,
                  std::function<void()> on_change);
    ~XenstoreWatch();
    XenstoreWatch(const XenstoreWatch&) = delete;
    XenstoreWatch& operator=(const XenstoreWatch&) = delete;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}    // namespace xm::connect
