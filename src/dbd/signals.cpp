#include "dbd/signals.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <csignal>
#include <exception>

namespace xm::dbd {

namespace asio = boost::asio;

Signals::Signals(asio::io_context& loop, Commits& commits)
    : loop_{loop}, commits_{commits}, signals_{loop, SIGTERM, SIGINT, SIGHUP} {
    wait();
}

void Signals::wait() {
    signals_.async_wait([this](const boost::system::error_code& error, int number) {
        if (error) return;
        asio::co_spawn(loop_, number == SIGHUP ? reload() : end(), asio::detached);
        wait();
    });
}

asio::awaitable<void> Signals::end() {
    co_await commits_.drained();
    log::info("ends");
    loop_.stop();
}

asio::awaitable<void> Signals::reload() try {
    co_await commits_.reload();
    log::info("read the database again: {} nodes", commits_.committed().root().count());
} catch (const std::exception& error) {
    log::error("the database was not read again: {}", error.what());
}

}    // namespace xm::dbd
