#pragma once
// The record of one VM's life. A stopped VM costs these few bytes; what goes on with a VM that is not at rest is in
// its Activity, which exists only then.

#include "connect/wake_list.hpp"
#include "xenmgr/life/observe.hpp"
#include "xenmgr/life/plan.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace xm::xenmgr {

struct QueuedHook {
    std::string hooks;
    std::vector<std::string> arguments;
};

struct Activity {
    explicit Activity(const boost::asio::any_io_executor& executor) : patience{executor} {}

    connect::WakeList changed;             // woken at every change of the record
    boost::asio::steady_timer patience;    // of a transient state
    unsigned patience_rounds = 0;

    // The operation in flight. A coroutine that finds another number here has been pre-empted. `cancel` lives in the
    // frame of the command that waits for it.
    std::uint64_t operation = 0;
    boost::asio::cancellation_signal* cancel = nullptr;
    std::optional<Do> step = std::nullopt;    // what it is at

    std::chrono::steady_clock::time_point up_since{};
    std::chrono::milliseconds retry{0};    // keep-alive's next pause; 0: the first

    model::PvDrivers drivers{};    // as last told

    std::deque<QueuedHook> hooks;    // run one after the other, in the order of events

    bool restart_due = false;      // the guest rebooted while an operation was in flight
    bool launching = false;        // one launch at a time
    bool retiring = false;         // the monitor of a stopped VM is being ended
    bool adopting = false;         // a coroutine tries to get a monitor for a live domain
    bool looking = false;          // a coroutine asks the monitor for its facts
    bool keeping_alive = false;    // a coroutine waits to start the VM again
    bool running_hooks = false;

    bool at_rest() const {
        return operation == 0 && !restart_due && !launching && !retiring && !adopting && !looking && !keeping_alive &&
               !running_hooks;
    }
};

struct VmLife : Belief {
    std::optional<Event> in_flight = std::nullopt;    // the command being carried out
    bool attached = false;                            // its monitor reports to us
    std::unique_ptr<Activity> activity = nullptr;
};
static_assert(sizeof(VmLife) <= 40);

}    // namespace xm::xenmgr
