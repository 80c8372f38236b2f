#include "xenmgr/life/observe.hpp"

#include <utility>

namespace xm::xenmgr {
namespace {

using model::DownReason;
using model::MonitorFacts;
using model::VmState;

bool same_monitor(const MonitorFacts& facts, const Belief& belief) { return facts.pid == belief.monitor_pid; }

// A monitor may say "shutdown, because of a reboot" where another one says "rebooted".
VmState state_of(const MonitorFacts& facts) {
    const bool rebooted = facts.state == VmState::shutdown && facts.reason == DownReason::reboot;
    return rebooted ? VmState::rebooted : facts.state;
}

constexpr Event sighting(VmState state) {
    switch (state) {
        case VmState::pre_create:
            return Event::saw_creating_domain;
        case VmState::creating_domain:
            return Event::saw_creating_domain;
        case VmState::creating_devices:
            return Event::saw_creating_devices;
        case VmState::created:
            return Event::saw_created;
        case VmState::running:
            return Event::saw_running;
        case VmState::shutdowning:
            return Event::saw_shutdowning;
        case VmState::shutdown:
            return Event::saw_shutdown;
        case VmState::rebooting:
            return Event::saw_rebooting;
        case VmState::rebooted:
            return Event::saw_rebooted;
        case VmState::suspending:
            return Event::saw_suspending;
        case VmState::suspended:
            return Event::saw_suspended;
        case VmState::restoring:
            return Event::saw_restoring;
        case VmState::paused:
            return Event::saw_paused;
    }
    return Event::saw_shutdown;
}

bool another_domain(const MonitorFacts& facts, const Belief& belief) {
    if (facts.domid < 0 || belief.domid < 0 || facts.domid == belief.domid) return false;
    return sets::live.contains(belief.state);
}

// While a start waits for its domain, a monitor that says "down" speaks of the last domain, or is fresh and has
// created none. If the start fails, the start says so.
bool before_the_start(const MonitorFacts& facts, const Belief& belief) {
    if (belief.state != State::pre_create || !sets::down.contains(believed(facts.state))) return false;
    return !same_monitor(facts, belief) || facts.generation == static_cast<std::int64_t>(belief.generation);
}

}    // namespace

bool is_stale(const MonitorFacts& facts, const Belief& belief) {
    return same_monitor(facts, belief) && facts.generation < static_cast<std::int64_t>(belief.generation);
}

Events observe(const MonitorFacts& facts, const Belief& belief) {
    Events events;
    if (is_stale(facts, belief) || before_the_start(facts, belief)) return events;
    const bool new_acpi = facts.acpi != belief.acpi;
    if (new_acpi && facts.acpi == 4) events.add(Event::went_hibernate);    // before the domain's end, which follows
    const bool replaced = another_domain(facts, belief);
    if (replaced) events.add(Event::replaced);
    const VmState now = state_of(facts);
    if (replaced || believed(now) != belief.state) events.add(sighting(now));
    if (new_acpi && facts.acpi == 3) events.add(Event::fell_asleep);
    if (belief.acpi == 3 && facts.acpi == 0) events.add(Event::woke_up);
    return events;
}

void learn(Belief& belief, const MonitorFacts& facts) {
    if (is_stale(facts, belief)) return;
    belief.reason = facts.reason;
    belief.acpi = static_cast<std::uint8_t>(facts.acpi);
    const bool down = sets::down.contains(believed(facts.state));    // a dead domain may be kept for inspection
    belief.booted = !down && facts.booted;
    belief.domid = down ? -1 : facts.domid;
    belief.stubdomid = down ? -1 : facts.stubdomid;
    belief.monitor_pid = static_cast<std::int32_t>(facts.pid);
    belief.generation = static_cast<std::uint32_t>(facts.generation);
    belief.memory_mib = down ? 0 : static_cast<std::int32_t>(facts.memory_kib / 1024);
}

}    // namespace xm::xenmgr
