#include "connect/turns.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace xm::connect {
namespace asio = boost::asio;

asio::awaitable<Turns::Turn> Turns::take() {
    if (!taken_) {
        taken_ = true;
        co_return Turn{*this};
    }
    auto bell = std::make_shared<asio::steady_timer>(executor_, asio::steady_timer::time_point::max());
    waiting_.push_back(bell);
    boost::system::error_code rung;
    co_await bell->async_wait(asio::redirect_error(asio::use_awaitable, rung));
    const auto mine = std::find(waiting_.begin(), waiting_.end(), bell);
    if (mine == waiting_.end()) co_return Turn{*this};    // passed on to us
    waiting_.erase(mine);                                 // cancelled from outside while still in the queue
    throw boost::system::system_error{asio::error::operation_aborted};
}

void Turns::pass_on() {
    if (waiting_.empty()) {
        taken_ = false;
        return;
    }
    const auto next = std::move(waiting_.front());
    waiting_.pop_front();
    next->cancel();
}

}    // namespace xm::connect
