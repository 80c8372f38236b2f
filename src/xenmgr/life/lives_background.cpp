#include "xenmgr/life/lives.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "xenmgr/life/background.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace xm::xenmgr {

using std::chrono::milliseconds;

// A guest that reboots comes back through the whole of a start. An operation in flight ends first.
void Lives::restart_if_due(const Uuid& uuid) {
    const VmLife* vm = find(uuid);
    if (vm && vm->activity->restart_due && !vm->in_flight)
        in_background(executor_, restart(uuid), "restarting it", uuid);
}

Lives::awaitable<> Lives::restart(Uuid uuid) {
    const VmLife* vm = find(uuid);
    if (vm && vm->activity && vm->activity->restart_due && !vm->in_flight) co_await start(uuid);
}

// Once the command that may have sent it to sleep has ended.
Lives::awaitable<> Lives::wake_up(Uuid uuid) {
    const auto end = Clock::now() + limits_.sleep;
    for (const VmLife* vm = find(uuid); vm && vm->in_flight && Clock::now() < end; vm = find(uuid))
        co_await vm->activity->changed.wait(end);
    const VmLife* vm = find(uuid);
    if (vm && vm->acpi == 3) co_await resume(uuid);
}

// Tries until the VM runs, somebody else starts it, or it is not to be kept alive any longer. A VM that was up for a
// while has its first restart at once again.
Lives::awaitable<> Lives::keep_alive(Uuid uuid) {
    VmLife* vm = lookup(uuid);
    if (!vm || std::exchange(activity(*vm).keeping_alive, true)) co_return;
    const bool was_well = Clock::now() - vm->activity->up_since >= limits_.retry_last;
    milliseconds pause = was_well ? milliseconds{0} : vm->activity->retry;
    for (;;) {
        pause = std::clamp(pause * 2, limits_.retry_first, limits_.retry_last);
        vm->activity->retry = pause;
        boost::asio::steady_timer timer{executor_, pause};
        co_await timer.async_wait(boost::asio::use_awaitable);
        vm = lookup(uuid);
        if (!vm || vm->state != State::shutdown || !parts_.configuration.settings(uuid).keep_alive) break;
        if (vm->in_flight) continue;
        log::info("vm={} is kept alive", uuid.text());
        try {
            co_await start(uuid);
        } catch (const Failure& failure) {
            log::warn("vm={} could not be started cause={}", uuid.text(), failure.what());
        }
        vm = lookup(uuid);
        if (!vm) break;
    }
    if (vm && vm->activity) vm->activity->keeping_alive = false;
    tidy(uuid);
}

}    // namespace xm::xenmgr
