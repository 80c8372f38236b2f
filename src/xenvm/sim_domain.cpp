#include "xenvm/sim_domain.hpp"

#include <algorithm>

namespace xm::xenvm {
namespace {

void schedule(SimDomain& sim, GuestEvent event, std::int64_t due_ms) {
    const auto later = [due_ms](const Pending& other) { return other.due_ms > due_ms; };
    sim.pending.insert(std::find_if(sim.pending.begin(), sim.pending.end(), later), {due_ms, event});
}

void schedule_faults(SimDomain& sim, std::int64_t now_ms) {
    const SimFaults faults = parse_sim_faults(sim.domain.spec.extra);
    const auto after = [&](const SimFaults::Delay& delay, GuestEvent event) {
        if (delay) schedule(sim, event, now_ms + delay->count());
    };
    after(faults.crash_after, GuestEvent::crashed);
    after(faults.reboot_after, GuestEvent::rebooted);
    after(faults.halt_after, GuestEvent::halted);
    if (faults.enter_s3) schedule(sim, GuestEvent::slept, now_ms + answer_ms);
    if (faults.enter_s4) schedule(sim, GuestEvent::hibernating, now_ms + answer_ms);
    if (faults.device_model_dies) schedule(sim, GuestEvent::device_model_died, now_ms + answer_ms);
}

bool writes_sentinel(const model::GuestSpec& spec) {
    return !spec.boot_sentinel.empty() && !parse_sim_faults(spec.extra).silent_boot;
}

void die(SimDomain& sim, model::DownReason reason) {
    sim.domain.phase = DomainPhase::dead;
    sim.domain.death = reason;
    sim.domain.acpi = 0;
    sim.pending.clear();
}

void happen(SimDomain& sim, GuestEvent event, std::int64_t now_ms) {
    switch (event) {
        case GuestEvent::booted:
            sim.booted = true;
            sim.domain.booted = writes_sentinel(sim.domain.spec);
            return schedule_faults(sim, now_ms);
        case GuestEvent::halted:
            return die(sim, model::DownReason::halt);
        case GuestEvent::rebooted:
            return die(sim, model::DownReason::reboot);
        case GuestEvent::crashed:
            return die(sim, model::DownReason::crash);
        case GuestEvent::slept:
            sim.domain.acpi = 3;
            return;
        case GuestEvent::woke:
            sim.domain.acpi = 0;
            return;
        case GuestEvent::hibernating:
            return schedule(sim, GuestEvent::halted, now_ms + answer_ms);
        case GuestEvent::device_model_died:
            return;
    }
}

}    // namespace

void unpause(SimDomain& sim, std::int64_t now_ms) {
    if (sim.domain.phase == DomainPhase::running || sim.domain.phase == DomainPhase::dead) return;
    sim.domain.phase = DomainPhase::running;
    if (!sim.domain.ran) schedule(sim, GuestEvent::booted, now_ms + boot_ms);
    if (sim.paused_at_ms >= 0)
        for (Pending& pending : sim.pending)
            pending.due_ms += now_ms - sim.paused_at_ms;
    sim.domain.ran = true;
    sim.paused_at_ms = -1;
}

void pause(SimDomain& sim, std::int64_t now_ms) {
    if (sim.domain.phase != DomainPhase::running) return;
    sim.domain.phase = DomainPhase::paused;
    sim.paused_at_ms = now_ms;
}

bool ask(SimDomain& sim, GuestEvent event, std::int64_t now_ms) {
    if (sim.domain.phase != DomainPhase::running) return false;
    if ((sim.domain.acpi == 3) != (event == GuestEvent::woke)) return false;
    if (event != GuestEvent::woke && parse_sim_faults(sim.domain.spec.extra).refuse_shutdown) return false;
    // A request to a guest that still boots is answered when it has booted.
    const std::int64_t boots_until = sim.booted || sim.pending.empty() ? now_ms : sim.pending.front().due_ms;
    schedule(sim, event, std::max(now_ms, boots_until) + answer_ms);
    return true;
}

std::optional<GuestEvent> step(SimDomain& sim, std::int64_t now_ms) {
    const auto due = next_due_ms(sim);
    if (!due || *due > now_ms) return std::nullopt;
    const Pending first = sim.pending.front();
    sim.pending.erase(sim.pending.begin());
    happen(sim, first.event, first.due_ms);
    return first.event;
}

std::optional<std::int64_t> next_due_ms(const SimDomain& sim) {
    if (sim.domain.phase != DomainPhase::running || sim.pending.empty()) return std::nullopt;
    return sim.pending.front().due_ms;
}

}    // namespace xm::xenvm
