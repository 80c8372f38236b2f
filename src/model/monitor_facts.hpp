#pragma once
// What a single-VM monitor says about its domain. A snapshot: true when it was sent, replaced by the next one.

#include "model/pv_drivers.hpp"
#include "model/vm_state.hpp"
#include "model/words.hpp"

#include <cstdint>
#include <string>

namespace xm::model {

// Why the domain is no longer there, or is on its way out.
enum class DownReason : std::uint8_t { none, halt, reboot, crash, suspend };

template <>
struct Words<DownReason> {
    static constexpr std::array<std::string_view, 5> words{"none", "halt", "reboot", "crash", "suspend"};
};

struct MonitorFacts {
    std::string uuid;
    std::int64_t pid = 0;    // of the monitor process
    int domid = -1;          // -1: no domain
    int stubdomid = -1;
    VmState state = VmState::shutdown;
    int acpi = 5;    // ACPI S-state of the domain: 0 working, 3 sleeping, 5 off
    DownReason reason = DownReason::none;
    std::int64_t generation = 0;    // domains created for this machine so far
    std::int64_t memory_kib = 0;    // current target of the domain's memory
    std::string spec_digest;        // of the spec the domain was created from; empty: no domain
    bool booted = false;            // the guest has written to its boot sentinel
    PvDrivers drivers{};            // what the guest has said since the domain was created

    bool operator==(const MonitorFacts&) const = default;
};

template <class Spec, class F>
void visit_facts_fields(Spec& facts, F&& f) {
    f("uuid", facts.uuid);
    f("pid", facts.pid);
    f("domid", facts.domid);
    f("stubdomid", facts.stubdomid);
    f("state", facts.state);
    f("acpi", facts.acpi);
    f("reason", facts.reason);
    f("generation", facts.generation);
    f("memory_kib", facts.memory_kib);
    f("spec_digest", facts.spec_digest);
    f("booted", facts.booted);
    f("drivers", facts.drivers);
}

template <class F>
void visit_fields(MonitorFacts& facts, F&& f) {
    visit_facts_fields(facts, f);
}
template <class F>
void visit_fields(const MonitorFacts& facts, F&& f) {
    visit_facts_fields(facts, f);
}

}    // namespace xm::model
