#include "xenmgr/life/lives.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "gen/errors.hpp"
#include "xenmgr/life/background.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>

namespace xm::xenmgr {

using model::MonitorFacts;
using std::chrono::milliseconds;

namespace {

bool is(const Failure& failure, const ErrorInfo& info) { return &failure.info() == &info; }

MonitorFacts no_domain_any_more() {
    MonitorFacts facts;
    facts.reason = model::DownReason::crash;
    return facts;
}

}    // namespace

// ---- getting one

// One launch at a time for each VM, and never beside a monitor that is about to end. Returns attached.
Lives::awaitable<> Lives::launch(Uuid uuid, Launch kind, milliseconds limit) {
    const auto end = Clock::now() + limit;
    for (VmLife* vm = lookup(uuid); vm && (activity(*vm).launching || vm->activity->retiring); vm = lookup(uuid)) {
        if (Clock::now() >= end) fail(errors::monitor_timeout, uuid.text(), "its last monitor has not ended");
        co_await vm->activity->changed.wait(end);
    }
    VmLife* vm = lookup(uuid);
    if (!vm) fail(errors::no_such_vm, uuid.text(), "");
    if (vm->attached) co_return;
    vm->activity->launching = true;
    std::exception_ptr error;
    MonitorFacts facts;
    try {
        facts = co_await launch_or_attach(uuid, kind, limit);
    } catch (...) {
        error = std::current_exception();
    }
    if (vm = lookup(uuid); vm && vm->activity) vm->activity->launching = false;
    wake(uuid);
    if (error) std::rethrow_exception(error);
    if (!vm) co_return parts_.monitors.forget(uuid);
    welcome(uuid, facts);
    if (kind == Launch::fresh && facts.domid >= 0 && model::is_running(facts.state))
        fail(errors::vm_already_created, uuid.text(), "domain {} is {}", facts.domid, to_string(facts.state));
}

// A monitor that was told to quit may still hold its place when the next one comes, and be gone when that one is sent
// to talk to it. Then once more.
Lives::awaitable<MonitorFacts> Lives::launch_or_attach(Uuid uuid, Launch kind, milliseconds limit) {
    const auto end = Clock::now() + limit;
    for (milliseconds pause = limits_.relaunch;; pause *= 2) {
        try {
            co_return co_await launch_or_attach_once(uuid, kind, limit);
        } catch (const Failure& failure) {
            if (!is(failure, errors::monitor_unreachable) || Clock::now() + pause >= end) throw;
        }
        boost::asio::steady_timer timer{executor_, pause};
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
}

// What is there already is taken: a monitor that nobody listened to, a domain that nobody watched over.
Lives::awaitable<MonitorFacts> Lives::launch_or_attach_once(Uuid uuid, Launch kind, milliseconds limit) {
    bool monitor_is_there = false;
    bool domain_is_there = kind == Launch::adopt;
    try {
        co_return co_await parts_.monitors.launch(uuid, domain_is_there, limit);
    } catch (const Failure& failure) {
        monitor_is_there = is(failure, errors::monitor_exists);
        domain_is_there = is(failure, errors::domain_exists);
        const bool nothing_is_there = is(failure, errors::no_domain) && kind == Launch::adopt;
        if (nothing_is_there) co_return no_domain_any_more();
        if (!monitor_is_there && !domain_is_there) throw;
    }
    if (monitor_is_there) co_return co_await parts_.monitors.attach(uuid, limits_.look);
    co_return co_await parts_.monitors.launch(uuid, true, limit);
}

void Lives::welcome(const Uuid& uuid, const MonitorFacts& facts) {
    VmLife* vm = lookup(uuid);
    if (!vm) return;
    vm->attached = facts.pid != 0;
    absorb(uuid, facts);
}

// ---- after a restart of this process

Lives::awaitable<> Lives::recover() {
    const std::vector<Uuid> found = co_await parts_.monitors.running();
    for (const Uuid& uuid : found) {
        VmLife* vm = lookup(uuid);
        if (!vm) {
            log::warn("a monitor serves a VM that is not configured vm={}", uuid.text());
            continue;
        }
        enter(uuid, *vm, State::unknown);
        ++unmet_;
        in_background(executor_, meet(uuid), "meeting its monitor", uuid);
    }
    while (unmet_ != 0)
        co_await met_.wait();
}

Lives::awaitable<> Lives::meet(Uuid uuid) {
    try {
        welcome(uuid, co_await parts_.monitors.attach(uuid, limits_.look));
    } catch (const Failure& failure) {
        log::warn("vm={} its monitor does not answer cause={}", uuid.text(), failure.what());
        happen(uuid, Event::monitor_lost);
    }
    --unmet_;
    met_.wake();
}

// Until the VM has a monitor again, or does not need one any longer.
Lives::awaitable<> Lives::adopt(Uuid uuid) {
    VmLife* vm = lookup(uuid);
    if (!vm || std::exchange(activity(*vm).adopting, true)) co_return;
    milliseconds pause = limits_.retry_first;
    for (;;) {
        vm = lookup(uuid);
        if (!vm || vm->attached || sets::down.contains(vm->state)) break;
        try {
            co_await launch(uuid, Launch::adopt, limits_.adopt);
            continue;
        } catch (const Failure& failure) {
            log::warn("vm={} no monitor yet, again in {} ms cause={}", uuid.text(), pause.count(), failure.what());
        }
        boost::asio::steady_timer timer{executor_, pause};
        co_await timer.async_wait(boost::asio::use_awaitable);
        pause = std::min(pause * 2, limits_.retry_last);
    }
    if (vm && vm->activity) vm->activity->adopting = false;
    wake(uuid);
    tidy(uuid);
}

// A fresh subscription begins with the facts of now. The monitor is not dismissed meanwhile: it would be taken for
// attached although it ends.
Lives::awaitable<> Lives::look_again(Uuid uuid) {
    VmLife* vm = lookup(uuid);
    if (!vm || !vm->attached || std::exchange(activity(*vm).looking, true)) co_return;
    try {
        welcome(uuid, co_await parts_.monitors.attach(uuid, limits_.look));
    } catch (const Failure& failure) {
        log::warn("vm={} its monitor does not answer cause={}", uuid.text(), failure.what());
    }
    if (vm = lookup(uuid); vm && vm->activity) vm->activity->looking = false;
    retire_if_done(uuid);
    tidy(uuid);
}

// ---- leaving one

// By force: the old one may hang. Its domain is taken over for the sole purpose of destroying it.
Lives::awaitable<> Lives::replace_monitor(Uuid uuid, milliseconds limit) {
    const auto end = Clock::now() + limit;
    parts_.monitors.kill(uuid);
    parts_.monitors.forget(uuid);
    if (VmLife* vm = lookup(uuid)) vm->attached = false;
    co_await launch(uuid, Launch::adopt, limit);
    if (const VmLife* vm = find(uuid); !vm || !vm->attached) co_return;
    const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
    co_await parts_.monitors.call(uuid, "destroy", {}, std::max(left, limits_.destroy));
}

Lives::awaitable<> Lives::quit_monitor(Uuid uuid) {
    const VmLife* vm = find(uuid);
    if (!vm || !vm->attached || vm->domid >= 0) co_return;
    co_await dismiss(uuid);
}

// A stopped VM needs no monitor.
bool Lives::is_done_with_monitor(const Uuid& uuid) const {
    const VmLife* vm = find(uuid);
    if (!vm || !vm->attached || vm->in_flight) return false;
    if (vm->activity && (vm->activity->restart_due || vm->activity->looking)) return false;
    return vm->state == State::shutdown || vm->state == State::suspended;
}

void Lives::retire_if_done(const Uuid& uuid) {
    if (is_done_with_monitor(uuid)) in_background(executor_, retire(uuid), "ending its monitor", uuid);
}

Lives::awaitable<> Lives::retire(Uuid uuid) {
    if (is_done_with_monitor(uuid)) co_await dismiss(uuid);    // still
}

Lives::awaitable<> Lives::dismiss(Uuid uuid) {
    VmLife* vm = lookup(uuid);
    vm->attached = false;
    activity(*vm).retiring = true;
    parts_.monitors.forget(uuid);
    std::exception_ptr error;
    try {
        if (vm->reason == model::DownReason::reboot)    // the dead domain was kept for a restart that did not happen
            co_await parts_.monitors.call(uuid, "destroy", {}, limits_.destroy);
        co_await parts_.monitors.call(uuid, "quit", {}, limits_.look);
    } catch (const Failure& failure) {
        log::warn("vm={} its monitor did not end, it is killed cause={}", uuid.text(), failure.what());
        parts_.monitors.kill(uuid);
    } catch (...) {
        error = std::current_exception();    // cancelled
    }
    if (vm = lookup(uuid); vm && vm->activity) vm->activity->retiring = false;
    wake(uuid);
    tidy(uuid);
    if (error) std::rethrow_exception(error);
}

}    // namespace xm::xenmgr
