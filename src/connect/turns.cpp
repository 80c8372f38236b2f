#include "connect/turns.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <list>

namespace xm::connect {
namespace asio = boost::asio;

struct Turns::Line {
    void pass_on() {
        if (waiting.empty()) {
            taken = false;
            return;
        }
        const auto next = std::move(waiting.front());
        waiting.pop_front();
        next->cancel();
    }

    bool taken = false;
    std::list<std::shared_ptr<asio::steady_timer>> waiting;    // a timer that never expires is the bell
};

Turns::Turns(asio::any_io_executor executor) : executor_{std::move(executor)}, line_{std::make_shared<Line>()} {}

bool Turns::idle() const { return !line_->taken; }

Turns::Turn::~Turn() {
    if (line_) line_->pass_on();
}

asio::awaitable<Turns::Turn> Turns::take() {
    const auto line = line_;
    if (!line->taken) {
        line->taken = true;
        co_return Turn{line};
    }
    auto bell = std::make_shared<asio::steady_timer>(executor_, asio::steady_timer::time_point::max());
    line->waiting.push_back(bell);
    boost::system::error_code rung;
    co_await bell->async_wait(asio::redirect_error(asio::use_awaitable, rung));
    if (line->waiting.remove(bell) == 0) co_return Turn{line};            // passed on to us
    throw boost::system::system_error{asio::error::operation_aborted};    // from outside, while still in the queue
}

}    // namespace xm::connect
