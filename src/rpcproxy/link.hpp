#pragma once
// One open byte stream, to a peer or to the bus: a socket, a terminal, later a vchan. Never blocks.

#include "base/fd.hpp"
#include "rpcproxy/message.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace xm::rpcproxy {

class Link {
public:
    virtual ~Link() = default;

    enum class State {
        open,
        closed,        // the other side has ended, or the stream failed
        descriptors    // it sent file descriptors, which are closed already
    };
    struct Got {
        State state = State::open;
        std::size_t bytes = 0;    // 0 while open: nothing there yet
    };
    virtual Got read(std::span<std::byte> into) = 0;
    virtual Got write(Bytes bytes) = 0;    // bytes: how many were taken

    // Calls back once, when there may be something to read, or room to write; not after close() or destruction.
    virtual void when_readable(std::function<void()> handler) = 0;
    virtual void when_writable(std::function<void()> handler) = 0;
    virtual void close() = 0;
};

std::unique_ptr<Link> socket_link(const boost::asio::any_io_executor& executor, Fd socket);
std::unique_ptr<Link> terminal_link(const boost::asio::any_io_executor& executor, Fd terminal);

}    // namespace xm::rpcproxy
