#include "xenmgr/life/lives.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "xenmgr/life/background.hpp"

#include <algorithm>
#include <utility>

namespace xm::xenmgr {

using model::MonitorFacts;

Lives::Lives(boost::asio::any_io_executor executor, Parts parts, Limits limits, Machine machine)
    : executor_{std::move(executor)}, parts_{parts}, limits_{limits}, builds_{limits.others}, machine_{machine} {
    parts_.monitors.listen(*this);
}

Lives::~Lives() = default;

// ---- which VMs there are

void Lives::add(const Uuid& uuid) { vms_.try_emplace(uuid); }

void Lives::remove(const Uuid& uuid) {
    VmLife* vm = lookup(uuid);
    if (!vm) return;
    wake(uuid);
    if (vm->attached) parts_.monitors.forget(uuid);
    vms_.erase(uuid);
}

const VmLife* Lives::find(const Uuid& uuid) const {
    const auto found = vms_.find(uuid);
    return found == vms_.end() ? nullptr : &found->second;
}

VmLife* Lives::lookup(const Uuid& uuid) { return const_cast<VmLife*>(std::as_const(*this).find(uuid)); }

model::VmState Lives::shown(const Uuid& uuid) const {
    const VmLife* vm = find(uuid);
    return vm ? as_shown(vm->state) : model::VmState::shutdown;
}

int Lives::acpi_state(const Uuid& uuid) const {
    const VmLife* vm = find(uuid);
    if (!vm) return 5;
    const bool hibernated = vm->state == State::shutdown && parts_.configuration.settings(uuid).hibernated;
    return xenmgr::acpi_state(vm->state, vm->acpi, hibernated);
}

bool Lives::running(const Uuid& uuid) const { return model::is_running(shown(uuid)); }

Activity& Lives::activity(VmLife& vm) {
    if (!vm.activity) vm.activity = std::make_unique<Activity>(executor_);
    return *vm.activity;
}

void Lives::wake(const Uuid& uuid) {
    if (VmLife* vm = lookup(uuid); vm && vm->activity) vm->activity->changed.wake();
}

// A VM at rest keeps nothing but its record.
void Lives::tidy(const Uuid& uuid) {
    VmLife* vm = lookup(uuid);
    if (!vm || !vm->activity || vm->attached || patience(vm->state) || !sets::down.contains(vm->state)) return;
    if (vm->activity->at_rest()) vm->activity.reset();
}

// ---- what monitors report

void Lives::on_facts(const Uuid& uuid, const MonitorFacts& facts) { absorb(uuid, facts); }

void Lives::on_notify(const Uuid& uuid, int, const std::string& message) {
    if (!lookup(uuid)) return;
    parts_.listener.notified(uuid, message == "vm:state:rebooted" ? "vm:state:shutdown" : message);
}

void Lives::on_monitor_lost(const Uuid& uuid) {
    VmLife* vm = lookup(uuid);
    if (!vm) return;
    vm->attached = false;
    happen(uuid, Event::monitor_lost);
    wake(uuid);
    tidy(uuid);
}

void Lives::absorb(const Uuid& uuid, const MonitorFacts& facts) {
    VmLife* vm = lookup(uuid);
    if (!vm) return log::debug("facts of a VM that is not known vm={}", uuid.text());
    const Events events = observe(facts, *vm);
    const int departed_domid = vm->domid;
    learn(*vm, facts);
    for (Event event : events)
        happen(uuid, event, departed_domid);
    hear_of_drivers(uuid, facts.drivers);
    wake(uuid);
    retire_if_done(uuid);
}

void Lives::hear_of_drivers(const Uuid& uuid, const model::PvDrivers& drivers) {
    VmLife* vm = lookup(uuid);
    if (!vm || (!vm->activity && drivers == model::PvDrivers{})) return;
    if (std::exchange(activity(*vm).drivers, drivers) == drivers || drivers.said == model::PvAddons::unknown) return;
    parts_.listener.drivers_told(uuid, drivers);
}

// ---- events to effects

void Lives::happen(const Uuid& uuid, Event event, int departed_domid) {
    VmLife* vm = lookup(uuid);
    if (!vm) return;
    const auto edge = machine_(vm->state, event);
    if (!edge)
        return log::debug("vm={} state={} event={} is of no consequence", uuid.text(), to_string(vm->state),
                          to_string(event));
    if (edge->to && *edge->to != vm->state) enter(uuid, *vm, *edge->to);
    for (Effect effect : edge->effects)
        apply(uuid, effect, departed_domid);
}

void Lives::enter(const Uuid& uuid, VmLife& vm, State state) {
    log::info("vm={} state={}->{}", uuid.text(), to_string(vm.state), to_string(state));
    vm.state = state;
    if (state == State::running) activity(vm).up_since = Clock::now();
    if (sets::down.contains(state) || state == State::pre_create) vm.domid = vm.stubdomid = -1;
    if (vm.activity) vm.activity->patience_rounds = 0;
    arm_patience(uuid, vm);
}

void Lives::apply(const Uuid& uuid, Effect effect, int departed_domid) {
    VmLife* vm = lookup(uuid);
    if (!vm) return;    // the listener removed it
    switch (effect) {
        case Effect::perform:
        case Effect::nothing:
        case Effect::decline:
            return;    // answers to a command; command() gives them
        case Effect::announce:
            return announce(uuid);
        case Effect::announce_acpi:
            return announce_acpi(uuid);
        case Effect::come_up:
            return parts_.listener.came_up(uuid);
        case Effect::release:
            return parts_.listener.went_down(uuid, departed_domid, vm->reason);
        case Effect::restart:
            if (vm->in_flight == Event::destroy) return;    // what is destroyed stays down
            activity(*vm).restart_due = true;
            return restart_if_due(uuid);
        case Effect::keep_alive:
            if (parts_.configuration.settings(uuid).keep_alive)
                in_background(executor_, keep_alive(uuid), "keeping it alive", uuid);
            return;
        case Effect::mark_hibernated:
            return parts_.configuration.set_hibernated(uuid, true);
        case Effect::auto_wake:
            if (parts_.configuration.settings(uuid).auto_s3_wake)
                in_background(executor_, wake_up(uuid), "waking it", uuid);
            return;
        case Effect::adopt:
            return in_background(executor_, adopt(uuid), "adopting its domain", uuid);
        case Effect::look_again:
            return in_background(executor_, look_again(uuid), "asking its monitor", uuid);
        case Effect::continue_start:
            if (vm->in_flight) return;
            return in_background(executor_, command(uuid, {.command = Event::start, .continues = true}),
                                 "finishing its start", uuid);
        case Effect::abandon_start:
            if (vm->in_flight) return;
            return in_background(executor_, destroy(uuid), "abandoning its start", uuid);
    }
}

// ---- patience

void Lives::arm_patience(const Uuid& uuid, VmLife& vm) {
    const auto limit = patience(vm.state);
    if (!limit) {
        if (vm.activity) vm.activity->patience.cancel();
        return;
    }
    Activity& active = activity(vm);
    active.patience.expires_after(*limit * (1 << std::min(active.patience_rounds, 6U)));
    active.patience.async_wait([this, uuid](const boost::system::error_code& error) {
        if (!error) on_patience_over(uuid);
    });
}

void Lives::on_patience_over(const Uuid& uuid) {
    VmLife* vm = lookup(uuid);
    if (!vm || !vm->activity) return;
    const State before = vm->state;
    log::warn("vm={} state={} lasts long", uuid.text(), to_string(before));
    happen(uuid, Event::timed_out);
    vm = lookup(uuid);
    if (!vm || !vm->activity || vm->state != before) return;
    ++vm->activity->patience_rounds;
    arm_patience(uuid, *vm);
}

}    // namespace xm::xenmgr
