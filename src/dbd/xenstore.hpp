#pragma once
// Reads single values from xenstore over its socket. Protocol: xen/include/public/io/xs_wire.h, message XS_READ.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace xm::dbd {

class Xenstore {
public:
    explicit Xenstore(std::string socket = "/run/xenstored/socket") : socket_{std::move(socket)} {}

    // Nothing if there is no such node, no xenstore, or no answer within five seconds.
    boost::asio::awaitable<std::optional<std::string>> read(std::string path) const;

private:
    std::string socket_;
};

}    // namespace xm::dbd
