#pragma once
// The time of simulated guests. It runs with the host's clock since boot, which continues across monitors, and can be
// moved forward. An alarm rings once; without alarms nothing is armed.

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace xm::xenvm {

class Alarm {
public:
    virtual ~Alarm() = default;    // an alarm that is gone does not ring
};

class Clock {
public:
    virtual ~Clock() = default;

    virtual std::int64_t now_ms() const = 0;
    virtual void advance(std::chrono::milliseconds by) = 0;    // alarms that become due ring soon, from the loop

    // `ring` runs from the loop when now_ms() has reached `due_ms`, never inside this call.
    virtual std::unique_ptr<Alarm> set_alarm(std::int64_t due_ms, std::function<void()> ring) = 0;
};

std::unique_ptr<Clock> make_host_clock(boost::asio::any_io_executor executor);

}    // namespace xm::xenvm
