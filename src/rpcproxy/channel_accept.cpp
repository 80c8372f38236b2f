#include "rpcproxy/channel_kinds.hpp"

#include "base/log.hpp"

#include <sys/socket.h>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <optional>
#include <utility>

namespace xm::rpcproxy {
namespace {

namespace asio = boost::asio;

// Takes one peer a turn of the loop, so that a storm of them does not keep it from those who are there.
class Accepting final : public Listener {
public:
    Accepting(const Executor& executor, std::function<Fd()> bound)
        : executor_{executor}, socket_{executor}, pause_{executor}, bound_{std::move(bound)} {}

    void open(std::function<void(Arrival)> on_arrival) override {
        on_arrival_ = std::move(on_arrival);
        socket_.assign(bound_().release());
        socket_.native_non_blocking(true);
        wait();
    }

private:
    void wait() {
        socket_.async_wait(asio::posix::descriptor_base::wait_read, [this](const boost::system::error_code& error) {
            if (!error) accept();
        });
    }

    void accept() {
        Fd peer{::accept4(socket_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
        if (peer) {
            take_in(std::move(peer));
        } else if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) {
            log::error("accept failed: {}", std::strerror(errno));
            return wait_later();
        }
        wait();
    }

    void take_in(Fd peer) try {
        on_arrival_({socket_link(executor_, std::move(peer)), std::nullopt});
    } catch (const std::exception& failure) {
        log::error("a peer cannot be served: {}", failure.what());
    }

    // Out of descriptors, most likely: the peer is still there and would wake us at once.
    void wait_later() {
        pause_.expires_after(std::chrono::milliseconds{100});
        pause_.async_wait([this](const boost::system::error_code& error) {
            if (!error) wait();
        });
    }

    Executor executor_;
    asio::posix::stream_descriptor socket_;
    asio::steady_timer pause_;
    std::function<Fd()> bound_;
    std::function<void(Arrival)> on_arrival_;
};

}    // namespace

std::unique_ptr<Listener> accepting(const Executor& executor, std::function<Fd()> bound) {
    return std::make_unique<Accepting>(executor, std::move(bound));
}

}    // namespace xm::rpcproxy
