#pragma once
// From facts to events. A monitor's facts are a snapshot: they say what is true, not what happened. observe() compares
// them with what we believe and says which events would make the belief true. The same function serves each
// notification and the recovery after xenmgr was restarted; an event that got lost is made up for by the next snapshot.

#include "model/monitor_facts.hpp"
#include "xenmgr/life/machine.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace xm::xenmgr {

// What we hold to be true about a VM's domain.
struct Belief {
    State state = State::shutdown;
    model::DownReason reason = model::DownReason::none;
    std::uint8_t acpi = 5;    // ACPI S-state of the domain, as last reported
    bool booted = false;      // the guest has written to its boot sentinel
    std::int32_t domid = -1;
    std::int32_t stubdomid = -1;
    std::int32_t monitor_pid = 0;    // generations of different monitors cannot be compared
    std::uint32_t generation = 0;    // domains that this monitor created
    std::int32_t memory_mib = 0;     // target of the domain's memory; 0 without a domain

    bool operator==(const Belief&) const = default;
};

// Up to four events, in the order in which they must be stepped through.
class Events {
public:
    constexpr void add(Event event) { items_[size_++] = event; }
    constexpr const Event* begin() const { return items_.data(); }
    constexpr const Event* end() const { return items_.data() + size_; }
    constexpr std::size_t size() const { return size_; }

private:
    std::array<Event, 4> items_{};
    std::size_t size_ = 0;
};

// Facts about a domain that we know to be history: of an earlier generation of the same monitor.
bool is_stale(const model::MonitorFacts& facts, const Belief& belief);

// Nothing for stale facts, for facts that say what we believe, and for facts about the last domain while a start is
// on its way to the next one.
Events observe(const model::MonitorFacts& facts, const Belief& belief);

// The belief after the events of `facts` were stepped through; stale facts leave it alone. `state` is not touched:
// that is step()'s.
void learn(Belief& belief, const model::MonitorFacts& facts);

// Property acpi-state: one of 0, 3, 4, 5. `low_level`: what the domain reports; pv guests have no ACPI.
constexpr int acpi_state(State state, int low_level, bool hibernated) {
    if (state == State::shutdown && hibernated) return 4;
    if (state == State::shutdown || state == State::rebooted) return 5;
    return low_level == 3 ? 3 : 0;
}

}    // namespace xm::xenmgr
