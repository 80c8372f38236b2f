#pragma once
// One operation per VM at a time. What happens to a command that meets another one on its way: refused, except
// destroy, which ends whatever is in flight. Commands about different VMs never meet.

#include "xenmgr/life/machine.hpp"

namespace xm::xenmgr {

enum class Admission : std::uint8_t {
    go,          // nothing is in flight
    pre_empt,    // end what is in flight, then go
    twice,       // a start meets a start: errors::start_in_flight
    busy,        // errors::vm_busy
};

// in_flight: the command being carried out, none: the VM is idle.
constexpr Admission admit(Event command, std::optional<Event> in_flight) {
    if (!in_flight) return Admission::go;
    if (command == Event::destroy) return Admission::pre_empt;
    if (command == Event::start && *in_flight == Event::start) return Admission::twice;
    return Admission::busy;
}

static_assert(
    [] {
        for (std::size_t i = 0; i < command_count; ++i)
            if (admit(Event::destroy, static_cast<Event>(i)) != Admission::pre_empt) return false;
        return true;
    }(),
    "nothing keeps a VM from being destroyed");

}    // namespace xm::xenmgr
