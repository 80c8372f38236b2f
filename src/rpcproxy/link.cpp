#include "rpcproxy/link.hpp"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace xm::rpcproxy {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;

Link::Got outcome(ssize_t result) {
    if (result > 0) return {Link::State::open, static_cast<std::size_t>(result)};
    const bool later = result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    return {later ? Link::State::open : Link::State::closed, 0};
}

class DescriptorLink : public Link {
public:
    DescriptorLink(const asio::any_io_executor& executor, Fd fd) : descriptor_{executor, fd.get()} {
        fd.release();
        descriptor_.native_non_blocking(true);
    }

    void when_readable(std::function<void()> handler) override { wait(Descriptor::wait_read, std::move(handler)); }
    void when_writable(std::function<void()> handler) override { wait(Descriptor::wait_write, std::move(handler)); }
    void close() override {
        boost::system::error_code ignored;
        descriptor_.close(ignored);
    }

protected:
    int fd() { return descriptor_.native_handle(); }

private:
    void wait(Descriptor::wait_type what, std::function<void()> handler) {
        descriptor_.async_wait(what, [handler = std::move(handler)](const boost::system::error_code& error) {
            if (!error) handler();
        });
    }

    Descriptor descriptor_;
};

// Read without room for control messages: the kernel closes descriptors that come, and says that it left them out.
class SocketLink final : public DescriptorLink {
public:
    using DescriptorLink::DescriptorLink;

    Got read(std::span<std::byte> into) override {
        iovec room{into.data(), into.size()};
        msghdr message{};
        message.msg_iov = &room;
        message.msg_iovlen = 1;
        const auto result = ::recvmsg(fd(), &message, MSG_DONTWAIT);
        if (result > 0 && (message.msg_flags & MSG_CTRUNC) != 0) return {State::descriptors, 0};
        return outcome(result);
    }
    Got write(Bytes bytes) override {
        return outcome(::send(fd(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
    }
};

class TerminalLink final : public DescriptorLink {
public:
    using DescriptorLink::DescriptorLink;

    Got read(std::span<std::byte> into) override { return outcome(::read(fd(), into.data(), into.size())); }
    Got write(Bytes bytes) override { return outcome(::write(fd(), bytes.data(), bytes.size())); }
};

}    // namespace

std::unique_ptr<Link> socket_link(const asio::any_io_executor& executor, Fd socket) {
    return std::make_unique<SocketLink>(executor, std::move(socket));
}
std::unique_ptr<Link> terminal_link(const asio::any_io_executor& executor, Fd terminal) {
    return std::make_unique<TerminalLink>(executor, std::move(terminal));
}

}    // namespace xm::rpcproxy
