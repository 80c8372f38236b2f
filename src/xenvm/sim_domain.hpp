#pragma once
// A simulated domain and the guest inside it: plain data and the rules by which it changes. No clock, no file, no loop:
// the present time is an argument, what happens later is a list of things pending.

#include "xenvm/engine.hpp"
#include "xenvm/sim_faults.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xenvm {

enum class GuestEvent : std::uint8_t { booted, halted, rebooted, crashed, slept, woke, hibernating, device_model_died };

struct Pending {
    std::int64_t due_ms = 0;
    GuestEvent event = GuestEvent::booted;

    bool operator==(const Pending&) const = default;
};

struct SimDomain {
    Domain domain;
    bool booted = false;
    std::int64_t clock_offset_ms = 0;    // how far its time was moved by tests
    std::int64_t paused_at_ms = -1;      // -1: never ran, or runs
    std::vector<Pending> pending;        // in order of due_ms
};

inline constexpr std::int64_t boot_ms = 3;      // from power-on to a guest that answers
inline constexpr std::int64_t answer_ms = 2;    // from a request to what the guest does about it

// The first time it runs the guest boots; later it continues where it stood, without noticing the pause.
void unpause(SimDomain& sim, std::int64_t now_ms);
void pause(SimDomain& sim, std::int64_t now_ms);

// The guest is told to do `event`. False: it will not, because it is paused, asleep, not booted or stubborn.
bool ask(SimDomain& sim, GuestEvent event, std::int64_t now_ms);

// The next thing that is due happens: the domain changes, and the event is returned. Nothing while paused or dead.
std::optional<GuestEvent> step(SimDomain& sim, std::int64_t now_ms);

// When step() has something to do next.
std::optional<std::int64_t> next_due_ms(const SimDomain& sim);

std::string to_json(const SimDomain& sim);
// Fails with errors::bad_json.
SimDomain sim_domain_from_json(std::string_view text);

}    // namespace xm::xenvm
