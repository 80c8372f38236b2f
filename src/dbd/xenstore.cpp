#include "dbd/xenstore.hpp"

#include "base/log.hpp"
#include "base/text.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <variant>

namespace xm::dbd {
namespace {

namespace asio = boost::asio;
using asio::use_awaitable;

struct Header {
    std::uint32_t type;
    std::uint32_t request;
    std::uint32_t transaction;
    std::uint32_t length;
};

constexpr std::uint32_t xs_read = 2;
constexpr std::uint32_t most_bytes = 4096;    // XENSTORE_PAYLOAD_MAX

asio::awaitable<std::optional<std::string>> ask(std::string socket, std::string path) {
    asio::local::stream_protocol::socket connection{co_await asio::this_coro::executor};
    co_await connection.async_connect(asio::local::stream_protocol::endpoint{socket}, use_awaitable);
    const Header question{xs_read, 0, 0, static_cast<std::uint32_t>(path.size() + 1)};    // the path with its NUL
    const std::array parts{asio::buffer(&question, sizeof question), asio::buffer(path.c_str(), path.size() + 1)};
    co_await asio::async_write(connection, parts, use_awaitable);
    Header answer{};
    co_await asio::async_read(connection, asio::buffer(&answer, sizeof answer), use_awaitable);
    if (answer.length > most_bytes) co_return std::nullopt;
    std::string payload(answer.length, '\0');
    co_await asio::async_read(connection, asio::buffer(payload), use_awaitable);
    if (answer.type != xs_read) co_return std::nullopt;    // XS_ERROR; the payload names errno
    co_return payload;
}

}    // namespace

asio::awaitable<std::optional<std::string>> Xenstore::read(std::string path) const try {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer deadline{co_await asio::this_coro::executor, std::chrono::seconds{5}};
    auto first = co_await (ask(socket_, path) || deadline.async_wait(use_awaitable));
    if (first.index() == 1) co_return std::nullopt;
    co_return std::move(std::get<0>(first));
} catch (const std::exception& error) {
    log::warn("xenstore path={} cannot be read: {}", text::escaped(path), error.what());
    co_return std::nullopt;
}

}    // namespace xm::dbd
