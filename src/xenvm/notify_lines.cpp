#include "xenvm/notify_lines.hpp"

#include "base/failure.hpp"
#include "base/fd.hpp"
#include "base/log.hpp"
#include "connect/within.hpp"
#include "gen/errors.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <deque>

namespace xm::xenvm {

namespace asio = boost::asio;
using Protocol = asio::generic::stream_protocol;

namespace {

constexpr std::chrono::seconds delivery_limit{5};
constexpr std::size_t most_lines = 256;    // that may wait for a slow listener

Protocol::endpoint endpoint_of(const NotifyTarget& target) try {
    if (target.kind == NotifyTarget::Kind::unix_socket) return asio::local::stream_protocol::endpoint{target.address};
    return asio::ip::tcp::endpoint{asio::ip::make_address(target.address), target.port};
} catch (const boost::system::system_error& error) {
    fail(errors::bad_config, target.address, "notify: {}", error.code().message());
}

std::string one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text;
}

}    // namespace

struct NotifyLines::State : std::enable_shared_from_this<State> {
    State(const asio::any_io_executor& executor, const NotifyTarget& to, const Uuid& machine)
        : target{to}, endpoint{endpoint_of(to)}, uuid{machine.text()}, socket{executor} {}

    asio::awaitable<void> connect();
    asio::awaitable<bool> send(std::string line);
    asio::awaitable<void> drain();

    NotifyTarget target;
    Protocol::endpoint endpoint;
    std::string uuid;
    Protocol::socket socket;
    std::deque<std::string> unsent;
    bool sending = false;
};

asio::awaitable<void> NotifyLines::State::connect() {
    socket.open(endpoint.protocol());
    keep_from_children(socket.native_handle());
    co_await socket.async_connect(endpoint, asio::use_awaitable);
}

// True: delivered. A listener that went away since the last line is met by connecting once more.
asio::awaitable<bool> NotifyLines::State::send(std::string line) {
    const bool was_connected = socket.is_open();
    try {
        if (!was_connected) co_await connect();
        co_await asio::async_write(socket, asio::buffer(line), asio::use_awaitable);
        co_return true;
    } catch (const boost::system::system_error& error) {
        boost::system::error_code ignored;
        socket.close(ignored);
        if (!was_connected) log::warn("notify target={} cause={}", target.address, error.code().message());
    }
    if (!was_connected) co_return false;
    const bool sent = co_await send(std::move(line));
    co_return sent;
}

asio::awaitable<void> NotifyLines::State::drain() {
    const auto self = shared_from_this();
    while (!unsent.empty()) {
        std::string line = std::move(unsent.front());
        unsent.pop_front();
        const auto sent = co_await connect::within(delivery_limit, send(std::move(line)));
        if (sent && *sent) continue;
        boost::system::error_code ignored;
        socket.close(ignored);
        unsent.clear();
    }
    sending = false;
}

NotifyLines::NotifyLines(const asio::any_io_executor& executor, const NotifyTarget& target, const Uuid& uuid)
    : state_{std::make_shared<State>(executor, target, uuid)} {}

NotifyLines::~NotifyLines() {
    boost::system::error_code ignored;
    state_->socket.close(ignored);
}

void NotifyLines::on_news(int code, const std::string& message, const model::MonitorFacts&) {
    if (message.empty() || state_->unsent.size() >= most_lines) return;
    state_->unsent.push_back(fmt::format("{}:{}:{}\n", state_->uuid, code, one_line(message)));
    if (std::exchange(state_->sending, true)) return;
    asio::co_spawn(state_->socket.get_executor(), state_->drain(), asio::detached);
}

}    // namespace xm::xenvm
