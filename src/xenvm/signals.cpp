#include "xenvm/signals.hpp"

#include "base/log.hpp"

#include <boost/asio/signal_set.hpp>

#include <csignal>

namespace xm::xenvm {

struct Signals::State {
    State(const boost::asio::any_io_executor& executor, CommandContext commands)
        : context{std::move(commands)}, signals{executor, SIGHUP, SIGINT, SIGTERM} {}

    void wait() {
        signals.async_wait([this](const boost::system::error_code& error, int signal) {
            if (error) return;
            if (signal == SIGHUP)
                reload();
            else
                context.quit();
            wait();
        });
    }

    void reload() try { context.config.reload(); } catch (const std::exception& error) {
        log::error("configuration not read again cause={}", error.what());
    }

    CommandContext context;
    boost::asio::signal_set signals;
};

Signals::Signals(const boost::asio::any_io_executor& executor, CommandContext context)
    : state_{std::make_unique<State>(executor, std::move(context))} {
    state_->wait();
}

Signals::~Signals() = default;

}    // namespace xm::xenvm
