#include "connect/wake_list.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <set>

namespace xm::connect {

struct WakeList::State {
    std::set<boost::asio::steady_timer*> waiting;
};

WakeList::WakeList() : state_{std::make_shared<State>()} {}

boost::asio::awaitable<void> WakeList::wait(TimePoint end) {
    struct Entry {
        Entry(std::shared_ptr<State> list, boost::asio::steady_timer& waiter) : state{std::move(list)}, timer{waiter} {
            state->waiting.insert(&timer);
        }
        ~Entry() { state->waiting.erase(&timer); }
        std::shared_ptr<State> state;
        boost::asio::steady_timer& timer;
    };
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, end};
    const Entry entry{state_, timer};
    boost::system::error_code ignored;
    co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
}

void WakeList::wake() {
    for (boost::asio::steady_timer* timer : state_->waiting)
        timer->cancel();
}

}    // namespace xm::connect
