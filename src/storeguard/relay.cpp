#include "storeguard/relay.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "storeguard/request.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <string_view>
#include <utility>

namespace xm::storeguard {
namespace asio = boost::asio;
namespace {

// A request passes as a whole or not at all.
asio::awaitable<void> requests(Stream::socket& client, Stream::socket& xenstored) try {
    Header header;
    std::array<char, longest_payload> payload;
    for (;;) {
        co_await asio::async_read(client, asio::buffer(&header, sizeof header), asio::use_awaitable);
        const auto body = asio::buffer(payload, header.length);
        if (body.size() < header.length) {
            log::error("a request of {} bytes is longer than xenstore allows", header.length);
            co_return;
        }
        co_await asio::async_read(client, body, asio::use_awaitable);
        const std::string_view untrusted{payload.data(), header.length};
        if (!is_allowed(header.type, untrusted)) {
            log::error("a request of type {} is refused: '{}'", header.type, text::escaped(untrusted));
            co_return;
        }
        const std::array<asio::const_buffer, 2> whole{asio::buffer(&header, sizeof header), body};
        co_await asio::async_write(xenstored, whole, asio::use_awaitable);
    }
} catch (const boost::system::system_error& gone) {
    log::debug("no more requests: {}", gone.what());
}

asio::awaitable<void> answers(Stream::socket& xenstored, Stream::socket& client) try {
    std::array<char, longest_payload> some;
    for (;;) {
        const auto count = co_await xenstored.async_read_some(asio::buffer(some), asio::use_awaitable);
        co_await asio::async_write(client, asio::buffer(some, count), asio::use_awaitable);
    }
} catch (const boost::system::system_error& gone) {
    log::debug("no more answers: {}", gone.what());
}

}    // namespace

asio::awaitable<void> relay(Stream::socket client, Stream::socket xenstored) {
    using namespace asio::experimental::awaitable_operators;
    co_await (requests(client, xenstored) || answers(xenstored, client));
}

}    // namespace xm::storeguard
