#include "storeguard/door.hpp"

#include "base/log.hpp"

#include <sys/stat.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <utility>

namespace xm::storeguard {
namespace asio = boost::asio;

Fd listen_at(const std::string& path) {
    ::unlink(path.c_str());
    const auto before = ::umask(0117);
    asio::io_context none;
    Stream::acceptor acceptor{none};
    acceptor.open();
    boost::system::error_code error;
    acceptor.bind(path, error);
    ::umask(before);
    if (error) throw boost::system::system_error{error, path};
    acceptor.listen();
    return Fd{acceptor.release()};
}

Door::Door(asio::any_io_executor executor, Fd listening, Stream::endpoint xenstored)
    : acceptor_{executor, Stream{}, listening.release()}, xenstored_{std::move(xenstored)} {
    asio::co_spawn(executor, accept(), asio::detached);
}

asio::awaitable<void> Door::accept() {
    for (;;) {
        boost::system::error_code error;
        auto client = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::operation_aborted) co_return;
        if (error) {    // no descriptors left, say: they come back
            log::error("accepting failed: {}", error.message());
            asio::steady_timer pause{acceptor_.get_executor(), std::chrono::seconds{1}};
            co_await pause.async_wait(asio::use_awaitable);
        } else if (clients_ == most_clients) {
            log::error("more than {} clients: the latest is sent away", most_clients);
        } else {
            asio::co_spawn(acceptor_.get_executor(), serve(std::move(client)), asio::detached);
        }
    }
}

asio::awaitable<void> Door::serve(Stream::socket client) {
    ++clients_;
    Stream::socket xenstored{acceptor_.get_executor()};
    boost::system::error_code error;
    co_await xenstored.async_connect(xenstored_, asio::redirect_error(asio::use_awaitable, error));
    report(error);
    if (!error) co_await relay(std::move(client), std::move(xenstored));
    --clients_;
}

// Clients come again and again until it is there.
void Door::report(const boost::system::error_code& error) {
    const bool there = !error;
    if (std::exchange(there_, there) == there) return;
    if (there)
        log::info("xenstored is there again");
    else
        log::error("xenstored is not there, start it socket={} cause={}", xenstored_.path(), error.message());
}

}    // namespace xm::storeguard
