#pragma once
// Runs a loop that stays awake for a moment when that pays: between a call and its answer pass some tens of
// microseconds, and on an idle processor falling asleep and being woken costs more than that. Whoever wants the
// processor gets it meanwhile. The rule is that of KVM's halt polling: only a sleep that turned out to be short makes
// the next wait an awake one, and one awake wait in vain ends it, so that slow peers and idle hours cost nothing.

#include <boost/asio/io_context.hpp>

#include <chrono>

namespace xm::rpcproxy {

// Awake, or asleep, when there is nothing to do.
class Attention {
public:
    using Duration = std::chrono::steady_clock::duration;
    static constexpr Duration limit = std::chrono::microseconds{200};

    Duration patience() const { return patience_; }    // how long to stay awake in the next wait
    void slept(Duration time) { patience_ = time < limit ? limit : Duration::zero(); }
    void waited_in_vain() { patience_ = Duration::zero(); }

private:
    Duration patience_ = Duration::zero();
};

void run_attentively(boost::asio::io_context& loop);    // until the loop is stopped, or has nothing to wait for

}    // namespace xm::rpcproxy
