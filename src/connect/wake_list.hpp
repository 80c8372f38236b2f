#pragma once
// Coroutines that wait for "something changed". Each waits with a limit of its own, looks again after every wake-up and
// decides itself whether to wait on. Costs nothing while nobody waits.

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>

namespace xm::connect {

class WakeList {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    WakeList();

    boost::asio::awaitable<void> wait(TimePoint end = TimePoint::max());    // returns at wake() or at `end`
    void wake();

private:
    struct State;
    std::shared_ptr<State> state_;    // outlives this object while somebody waits
};

}    // namespace xm::connect
