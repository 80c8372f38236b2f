#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "rpcproxy/channel_kinds.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace xm::rpcproxy {
namespace {

namespace ip = boost::asio::ip;

// PORT, or ADDRESS:PORT with an address of version 4 or, in brackets, 6. Loopback unless an address is given.
ip::tcp::endpoint endpoint_of(std::string_view rest) {
    const auto colon = rest.rfind(':');
    const auto port_text = colon == std::string_view::npos ? rest : rest.substr(colon + 1);
    auto address_text = colon == std::string_view::npos ? std::string_view{"127.0.0.1"} : rest.substr(0, colon);
    if (address_text.starts_with('[') && address_text.ends_with(']'))
        address_text = address_text.substr(1, address_text.size() - 2);
    const auto port = text::parse_number<std::uint16_t>(port_text);
    boost::system::error_code error;
    const auto address = ip::make_address(std::string{address_text}, error);
    if (!port || error)
        fail(errors::bad_channel, "tcp:" + text::escaped(rest), "expected tcp:PORT or tcp:ADDRESS:PORT in numbers");
    return {address, *port};
}

Fd bound(const ip::tcp::endpoint& endpoint) try {
    boost::asio::io_context nobody;    // only to make the socket; it is not used there
    ip::tcp::acceptor acceptor{nobody, endpoint};
    return Fd{acceptor.release()};
} catch (const boost::system::system_error& error) {
    fail(errors::bad_channel, "tcp:" + endpoint.address().to_string() + ":" + std::to_string(endpoint.port()),
         "cannot listen: {}", error.code().message());
}

}    // namespace

std::unique_ptr<Listener> listen_tcp(const Executor& executor, std::string_view rest) {
    return accepting(executor, [endpoint = endpoint_of(rest)] { return bound(endpoint); });
}

}    // namespace xm::rpcproxy
