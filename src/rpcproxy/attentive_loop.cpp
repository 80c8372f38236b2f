#include "rpcproxy/attentive_loop.hpp"

#include <thread>

namespace xm::rpcproxy {
namespace {

using Clock = std::chrono::steady_clock;

// Whether something came.
bool wait_awake(boost::asio::io_context& loop, Clock::time_point until) {
    do {
        if (loop.poll() > 0) return true;
        std::this_thread::yield();
    } while (!loop.stopped() && Clock::now() < until);
    return false;
}

}    // namespace

void run_attentively(boost::asio::io_context& loop) {
    Attention attention;
    while (!loop.stopped()) {
        const auto began = Clock::now();
        if (attention.patience() > Clock::duration::zero()) {
            if (wait_awake(loop, began + attention.patience())) continue;
            attention.waited_in_vain();
        }
        loop.run_one();
        attention.slept(Clock::now() - began);
        loop.poll();    // the rest of what came
    }
}

}    // namespace xm::rpcproxy
