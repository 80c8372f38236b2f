#include "connect/xenstore.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "connect/within.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <chrono>
#include <string_view>

namespace xm::connect {
namespace {

namespace asio = boost::asio;
using asio::use_awaitable;
using Socket = asio::local::stream_protocol::socket;

struct Header {
    std::uint32_t type;
    std::uint32_t request;
    std::uint32_t transaction;
    std::uint32_t length;
};

enum Request : std::uint32_t { xs_read = 2, xs_get_perms = 3, xs_watch = 4, xs_watch_event = 15, xs_error = 16 };

constexpr std::uint32_t most_bytes = 4096;    // XENSTORE_PAYLOAD_MAX

struct Answer {
    std::uint32_t type = xs_error;
    std::string payload;
};

asio::awaitable<void> send(Socket& socket, Request request, std::string payload) {
    const Header question{request, 0, 0, static_cast<std::uint32_t>(payload.size())};
    const std::array<asio::const_buffer, 2> parts{asio::buffer(&question, sizeof question), asio::buffer(payload)};
    co_await asio::async_write(socket, parts, use_awaitable);
}

asio::awaitable<Answer> receive(Socket& socket) {
    Header header{};
    co_await asio::async_read(socket, asio::buffer(&header, sizeof header), use_awaitable);
    Answer answer;
    if (header.length > most_bytes) co_return answer;
    answer.type = header.type;
    answer.payload.resize(header.length);
    co_await asio::async_read(socket, asio::buffer(answer.payload), use_awaitable);
    co_return answer;
}

asio::awaitable<Socket> connected(std::string path) {
    Socket socket{co_await asio::this_coro::executor};
    co_await socket.async_connect(asio::local::stream_protocol::endpoint{path}, use_awaitable);
    co_return socket;
}

// "n7", "r0": the first entry is the owner. A text of another shape belongs to nobody that is trusted.
std::uint32_t owner_in(std::string_view permissions) {
    const auto first = permissions.substr(0, permissions.find('\0'));
    const auto owner = first.empty() ? std::nullopt : text::parse_number<std::uint32_t>(first.substr(1));
    return owner.value_or(~0u);
}

asio::awaitable<Xenstore::Node> ask(std::string socket_path, std::string path) {
    Socket socket = co_await connected(std::move(socket_path));
    path += '\0';
    co_await send(socket, xs_read, path);
    Answer value = co_await receive(socket);
    Xenstore::Node node;
    if (value.type != xs_read) {
        node.known = std::string_view{value.payload}.starts_with("ENOENT");
        co_return node;
    }
    co_await send(socket, xs_get_perms, path);
    const Answer permissions = co_await receive(socket);
    if (permissions.type != xs_get_perms) co_return node;
    node.known = true;
    node.value = std::move(value.payload);
    node.owner = owner_in(permissions.payload);
    co_return node;
}

}    // namespace

asio::awaitable<Xenstore::Node> Xenstore::look(std::string path) const try {
    auto node = co_await within(std::chrono::seconds{5}, ask(socket_, path));
    co_return node ? std::move(*node) : Node{};
} catch (const boost::system::system_error& error) {
    log::debug("xenstore path={} cannot be read: {}", text::escaped(path), error.code().message());
    co_return Node{};
}

asio::awaitable<std::optional<std::string>> Xenstore::read(std::string path) const {
    Node node = co_await look(std::move(path));
    co_return std::move(node.value);
}

struct XenstoreWatch::State {
    std::function<void()> on_change;
    std::optional<Socket> socket{};
    bool over = false;

    static asio::awaitable<void> hear(std::shared_ptr<State> self, std::string socket_path, std::string path);
};

// Until the watch or xenstore ends; xenstore is not restarted while domains run.
asio::awaitable<void> XenstoreWatch::State::hear(std::shared_ptr<State> self, std::string socket_path,
                                                 std::string path) try {
    self->socket.emplace(co_await connected(std::move(socket_path)));
    co_await send(*self->socket, xs_watch, path + '\0' + path + '\0');
    while (!self->over) {
        const Answer news = co_await receive(*self->socket);
        if (news.type == xs_watch_event && !self->over) self->on_change();
    }
} catch (const boost::system::system_error& error) {
    if (!self->over) log::info("xenstore is not watched path={}: {}", text::escaped(path), error.code().message());
}

XenstoreWatch::XenstoreWatch(const asio::any_io_executor& executor, const Xenstore& xenstore, std::string path,
                             std::function<void()> on_change)
    : state_{std::make_shared<State>()} {
    state_->on_change = std::move(on_change);
    asio::co_spawn(executor, State::hear(state_, xenstore.socket(), std::move(path)), asio::detached);
}

XenstoreWatch::~XenstoreWatch() {
    state_->over = true;
    if (state_->socket) state_->socket->close();
}

}    // namespace xm::connect
