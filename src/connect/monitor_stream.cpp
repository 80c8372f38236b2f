#include "connect/monitor_stream.hpp"

#include "base/failure.hpp"
#include "connect/monitor_wire.hpp"
#include "gen/errors.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace xm::connect {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

struct MonitorStream::State {
    State(const asio::any_io_executor& executor, Fd fd, std::string whom)
        : socket{executor}, timer{executor}, subject{std::move(whom)} {
        socket.assign({}, fd.get());
        fd.release();
    }

    [[noreturn]] void broken(const ErrorCode& error) const {
        if (expired) fail(errors::monitor_timeout, subject, "no complete answer within the time limit");
        fail(errors::monitor_unreachable, subject, "the connection broke: {}", error.message());
    }

    asio::local::stream_protocol::socket socket;
    asio::steady_timer timer;
    std::string subject;
    bool expired = false;
};

MonitorStream::MonitorStream(asio::any_io_executor executor, Fd connected_socket, std::string subject)
    : state_{std::make_shared<State>(executor, std::move(connected_socket), std::move(subject))} {}

MonitorStream::~MonitorStream() {
    if (state_) close();
}

void MonitorStream::set_deadline(std::chrono::milliseconds from_now) {
    state_->timer.expires_after(from_now);
    state_->timer.async_wait([weak = std::weak_ptr{state_}](const ErrorCode& error) {
        const auto state = weak.lock();
        if (error || !state || state->timer.expiry() > std::chrono::steady_clock::now()) return;
        state->expired = true;
        ErrorCode ignored;
        state->socket.close(ignored);
    });
}

void MonitorStream::clear_deadline() { state_->timer.expires_at(asio::steady_timer::time_point::max()); }

asio::awaitable<std::optional<std::string>> MonitorStream::read() {
    const auto state = state_;    // keeps the socket while the owner may drop this object
    wire::Header header;
    ErrorCode error;
    const std::size_t got = co_await asio::async_read(state->socket, asio::buffer(header),
                                                      asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::eof && got == 0) co_return std::nullopt;
    if (error) state->broken(error);
    std::string body(wire::body_size(header), '\0');
    co_await asio::async_read(state->socket, asio::buffer(body), asio::redirect_error(asio::use_awaitable, error));
    if (error) state->broken(error);
    co_return body;
}

asio::awaitable<void> MonitorStream::write(std::string body) {
    const auto state = state_;
    const wire::Header header = wire::make_header(body.size());
    const std::array<asio::const_buffer, 2> frame{asio::buffer(header), asio::buffer(body)};
    ErrorCode error;
    co_await asio::async_write(state->socket, frame, asio::redirect_error(asio::use_awaitable, error));
    if (error) state->broken(error);
}

void MonitorStream::close() {
    ErrorCode ignored;
    state_->timer.cancel();
    state_->socket.close(ignored);
}

int MonitorStream::native() const { return state_->socket.native_handle(); }

}    // namespace xm::connect
