#include "guestbus/client.hpp"

#include <sys/socket.h>
#include <boost/asio/post.hpp>

#include <cerrno>
#include <utility>

namespace xm::guestbus {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;

constexpr std::size_t piece_size = 16 << 10;

bool only_later() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}    // namespace

Client::Client(const asio::any_io_executor& executor, Fd socket, std::function<void()> on_end)
    : socket_{executor, socket.get()}, on_end_{std::move(on_end)} {
    socket.release();
    socket_.native_non_blocking(true);
}

void Client::start(std::shared_ptr<vchan::Stream> stream) {
    stream_ = std::move(stream);
    to_host();
    to_client();
}

void Client::end() {
    if (std::exchange(ended_, true)) return;
    if (stream_) stream_->close();
    boost::system::error_code ignored;
    socket_.close(ignored);
    asio::post(socket_.get_executor(), on_end_);
}

void Client::when_socket(Descriptor::wait_type what, void (Client::*next)()) {
    socket_.async_wait(what, [weak = weak_from_this(), next](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (!error && self && !self->ended_) ((*self).*next)();
    });
}

template <class When>
void Client::when_stream(When when, void (Client::*next)()) {
    ((*stream_).*when)([weak = weak_from_this(), next] {
        const auto self = weak.lock();
        if (self && !self->ended_) ((*self).*next)();
    });
}

// One piece a turn. A process that has gone is let go of when all that it said is on its way.
void Client::to_host() {
    const Went read = out_.empty() ? fill_from_socket() : Went::on;
    if (read == Went::over) return end();
    if (read == Went::later) return when_socket(Descriptor::wait_read, &Client::to_host);
    const Went sent = pass_to_host();
    if (sent == Went::over) return;    // to_client() sees that too, and passes on the last words first
    if (sent == Went::later) return when_stream(&vchan::Stream::when_writable, &Client::to_host);
    when_socket(Descriptor::wait_read, &Client::to_host);
}

void Client::to_client() {
    const Went read = in_.empty() ? fill_from_host() : Went::on;
    if (read == Went::over) return end();
    if (read == Went::later) return when_stream(&vchan::Stream::when_readable, &Client::to_client);
    const Went sent = pass_to_socket();
    if (sent == Went::over) return;    // to_host() sees the end of the socket
    if (sent == Went::later) return when_socket(Descriptor::wait_write, &Client::to_client);
    when_stream(&vchan::Stream::when_readable, &Client::to_client);
}

// Descriptors that come with the bytes are closed by the kernel: there is nobody to take them.
Client::Went Client::fill_from_socket() {
    out_.sent = 0;
    out_.bytes.resize(piece_size);
    const auto size = ::recv(socket_.native_handle(), out_.bytes.data(), out_.bytes.size(), MSG_DONTWAIT);
    const bool later = size < 0 && only_later();
    out_.bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return size > 0 ? Went::on : later ? Went::later : Went::over;
}

Client::Went Client::pass_to_host() {
    while (!out_.empty()) {
        const auto got = stream_->write(out_.rest());
        if (!got.open) return Went::over;
        if (got.bytes == 0) return Went::later;
        out_.sent += got.bytes;
    }
    out_ = {};
    return Went::on;
}

Client::Went Client::fill_from_host() {
    in_.sent = 0;
    in_.bytes.resize(piece_size);
    const auto got = stream_->read(in_.bytes);
    in_.bytes.resize(got.bytes);
    return !got.open ? Went::over : got.bytes > 0 ? Went::on : Went::later;
}

Client::Went Client::pass_to_socket() {
    while (!in_.empty()) {
        const auto rest = in_.rest();
        const auto size = ::send(socket_.native_handle(), rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (size < 0) return only_later() ? Went::later : Went::over;
        in_.sent += static_cast<std::size_t>(size);
    }
    in_ = {};
    return Went::on;
}

}    // namespace xm::guestbus
