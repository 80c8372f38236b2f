#pragma once
// The life of one VM as a table: in which state which event leads where, and what is to be done about it. Pure and
// constexpr: no clock, no I/O. Commands come from clients, sightings from observe(), the rest from the runner.
// A missing row refuses a command (errors::wrong_state) and makes anything else a debug line.

#include "model/vm_state.hpp"
#include "xenmgr/life/state_set.hpp"

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace xm::xenmgr {

enum class Event : std::uint8_t {
    // Commands
    start,
    shutdown,
    reboot,
    pause,
    unpause,
    destroy,
    sleep,
    resume,
    hibernate,
    suspend_to_file,
    resume_from_file,
    remove,
    // Sightings: what the monitor's facts say about the domain
    saw_creating_domain,
    saw_creating_devices,
    saw_created,
    saw_running,
    saw_shutdowning,
    saw_shutdown,
    saw_rebooting,
    saw_rebooted,
    saw_suspending,
    saw_suspended,
    saw_restoring,
    saw_paused,
    replaced,          // the domain we knew is gone and another one is there: we missed the end of the first
    fell_asleep,       // S3
    woke_up,           // S0
    went_hibernate,    // S4: the domain is about to go, its memory is on the guest's disk
    monitor_lost,
    // From the runner
    launching,    // a start passed its checks; from here on a domain may come into being
    settled,      // an operation ended, however it did
    timed_out,    // a transient state lasted longer than its patience
};
inline constexpr std::size_t event_count = static_cast<std::size_t>(Event::timed_out) + 1;
inline constexpr std::size_t command_count = static_cast<std::size_t>(Event::remove) + 1;
constexpr bool is_command(Event event) { return event <= Event::remove; }

enum class Effect : std::uint8_t {
    perform,            // carry out the command: its plan decides how
    nothing,            // success: it is so already
    decline,            // success towards the caller, nothing done, a warning in the log
    announce,           // tell clients and hooks the new state
    announce_acpi,      // tell clients and hooks the new ACPI state
    come_up,            // a guest begins to run: tell who serves it
    release,            // a domain is gone: take back what it was given
    restart,            // start again in the background: the guest rebooted
    keep_alive,         // start again after a pause, if the VM is configured so
    mark_hibernated,    // remember S4, so that it shows after the domain is gone
    auto_wake,          // resume from S3 at once, if the VM is configured so
    adopt,              // have a new monitor take over the domain
    look_again,         // ask the monitor for its facts
    continue_start,     // finish a start that lost its owner (xenmgr was restarted in the middle of it)
    abandon_start,      // destroy what a start without an owner left behind
};

// Up to four effects, in order.
class EffectList {
public:
    constexpr EffectList() = default;
    template <std::same_as<Effect>... E>
    constexpr EffectList(Effect first, E... rest) : items_{first, rest...}, size_{1 + sizeof...(rest)} {}

    constexpr const Effect* begin() const { return items_.data(); }
    constexpr const Effect* end() const { return items_.data() + size_; }
    constexpr bool contains(Effect effect) const {
        for (Effect e : *this)
            if (e == effect) return true;
        return false;
    }

private:
    std::array<Effect, 4> items_{};
    std::size_t size_ = 0;
};

struct Edge {
    StateSet from;
    Event on;
    std::optional<State> to = std::nullopt;    // none: the state stays
    EffectList effects = {};
};

namespace sets {
using S = State;
inline constexpr StateSet creating = S::pre_create | S::creating_domain | S::creating_devices | S::created;
inline constexpr StateSet up = S::running | S::paused;
inline constexpr StateSet ending = S::shutdowning | S::rebooting | S::suspending;
inline constexpr StateSet live = creating | S::restoring | up | ending;    // there is, or may soon be, a domain
inline constexpr StateSet down = S::shutdown | S::rebooted | S::suspended;
inline constexpr StateSet any = live | down | S::unknown;
inline constexpr StateSet transient = creating | S::restoring | ending | S::rebooted | S::unknown;
}    // namespace sets

namespace detail {
using namespace sets;
using E = Event;
using enum Effect;

// clang-format off
inline constexpr Edge life_edges[] = {
    // Commands. Which of them may overlap is admission.hpp's business.
    {.from = S::shutdown | S::rebooted,                 .on = E::start,            .effects = {perform}},
    {.from = live | S::suspended,                       .on = E::start,            .effects = {decline}},
    {.from = S::running,                                .on = E::shutdown,         .effects = {perform}},
    {.from = S::shutdowning,                            .on = E::shutdown,         .effects = {nothing}},
    {.from = S::running,                                .on = E::reboot,           .effects = {perform}},
    {.from = S::rebooting,                              .on = E::reboot,           .effects = {nothing}},
    {.from = S::running,                                .on = E::pause,            .effects = {perform}},
    {.from = S::paused,                                 .on = E::pause,            .effects = {nothing}},
    {.from = S::paused,                                 .on = E::unpause,          .effects = {perform}},
    {.from = S::running | down,                         .on = E::unpause,          .effects = {nothing}},
    {.from = any,                                       .on = E::destroy,          .effects = {perform}},
    {.from = S::running,                                .on = E::sleep,            .effects = {perform}},
    {.from = S::running,                                .on = E::resume,           .effects = {perform}},
    {.from = S::running,                                .on = E::hibernate,        .effects = {perform}},
    {.from = S::shutdown | S::rebooted,                 .on = E::hibernate,        .effects = {nothing}},
    {.from = up,                                        .on = E::suspend_to_file,  .effects = {perform}},
    {.from = S::shutdown | S::suspended,                .on = E::resume_from_file, .effects = {perform}},
    {.from = S::shutdown | S::rebooted,                 .on = E::remove,           .effects = {perform}},

    // A domain comes into being.
    {.from = down,                                .on = E::launching,            .to = S::pre_create,       .effects = {announce}},
    {.from = any - S::creating_domain,            .on = E::saw_creating_domain,  .to = S::creating_domain,  .effects = {announce}},
    {.from = any - S::creating_devices,           .on = E::saw_creating_devices, .to = S::creating_devices, .effects = {announce}},
    {.from = any - S::created,                    .on = E::saw_created,          .to = S::created,          .effects = {announce, continue_start}},
    {.from = any - S::restoring,                  .on = E::saw_restoring,        .to = S::restoring,        .effects = {announce}},

    // It lives.
    {.from = S::paused | ending,                  .on = E::saw_running,     .to = S::running,     .effects = {announce}},
    {.from = any - (up | ending),                 .on = E::saw_running,     .to = S::running,     .effects = {announce, come_up}},
    {.from = S::running | ending,                 .on = E::saw_paused,      .to = S::paused,      .effects = {announce}},
    {.from = any - (up | ending),                 .on = E::saw_paused,      .to = S::paused,      .effects = {announce, come_up}},
    {.from = live | S::unknown,                   .on = E::fell_asleep,                           .effects = {announce_acpi, auto_wake}},
    {.from = live | S::unknown,                   .on = E::woke_up,                               .effects = {announce_acpi}},
    {.from = live | S::unknown,                   .on = E::went_hibernate,                        .effects = {mark_hibernated, announce_acpi}},

    // It is about to go.
    {.from = any - S::shutdowning,                .on = E::saw_shutdowning, .to = S::shutdowning, .effects = {announce}},
    {.from = any - S::rebooting,                  .on = E::saw_rebooting,   .to = S::rebooting,   .effects = {announce}},
    {.from = any - S::suspending,                 .on = E::saw_suspending,  .to = S::suspending,  .effects = {announce}},

    // It is gone. What happens next depends on what we believed, so that one death has one consequence.
    {.from = live | S::unknown,                   .on = E::saw_shutdown,    .to = S::shutdown,    .effects = {announce, release, keep_alive}},
    {.from = S::rebooted,                         .on = E::saw_shutdown,    .to = S::shutdown},
    {.from = S::suspended,                        .on = E::saw_shutdown,    .to = S::shutdown,    .effects = {announce}},
    {.from = live | S::unknown,                   .on = E::saw_rebooted,    .to = S::rebooted,    .effects = {announce, release, restart}},
    {.from = live | S::unknown,                   .on = E::saw_suspended,   .to = S::suspended,   .effects = {announce, release}},
    {.from = live,                                .on = E::replaced,        .to = S::pre_create,  .effects = {release}},

    // Its monitor is gone; the domain may well live on.
    {.from = live | S::unknown,                   .on = E::monitor_lost,                          .effects = {adopt}},

    // An operation ended. Where it left something half done, reality decides.
    {.from = S::pre_create,                       .on = E::settled,         .to = S::shutdown,    .effects = {announce, look_again, keep_alive}},
    {.from = S::rebooted,                         .on = E::settled,         .to = S::shutdown,    .effects = {keep_alive}},
    {.from = (creating - S::pre_create) | S::restoring | ending,
                                                  .on = E::settled,                               .effects = {look_again}},

    // Patience ran out.
    {.from = creating | S::restoring,             .on = E::timed_out,                             .effects = {look_again, abandon_start}},
    {.from = ending,                              .on = E::timed_out,                             .effects = {look_again}},
    {.from = S::rebooted,                         .on = E::timed_out,       .to = S::shutdown,    .effects = {keep_alive}},
    {.from = S::unknown,                          .on = E::timed_out,                             .effects = {adopt}},
};
// clang-format on
}    // namespace detail

// How long a transient state may last before timed_out. After a look that changes nothing the wait begins anew,
// twice as long.
struct Patience {
    State state;
    std::chrono::seconds limit;
};

// clang-format off
inline constexpr Patience patience_rows[] = {
    {State::pre_create,       std::chrono::seconds{60}},
    {State::creating_domain,  std::chrono::seconds{60}},
    {State::creating_devices, std::chrono::seconds{60}},
    {State::created,          std::chrono::seconds{90}},
    {State::restoring,        std::chrono::seconds{600}},
    {State::shutdowning,      std::chrono::seconds{300}},
    {State::rebooting,        std::chrono::seconds{300}},
    {State::suspending,       std::chrono::seconds{600}},
    {State::rebooted,         std::chrono::seconds{120}},
    {State::unknown,          std::chrono::seconds{5}},
};
// clang-format on

// Nothing: not legal here. Values, no pointers: the undefined-behaviour sanitizer of GCC 12 does not take a comparison
// with null for a constant expression.
constexpr std::optional<Edge> step(State state, Event event) {
    for (const Edge& edge : detail::life_edges)
        if (edge.on == event && edge.from.contains(state)) return edge;
    return std::nullopt;
}

// Nothing: the state may last.
constexpr std::optional<std::chrono::seconds> patience(State state) {
    for (const Patience& row : patience_rows)
        if (row.state == state) return row.limit;
    return std::nullopt;
}

std::string_view to_string(Event event);
std::string_view to_string(Effect effect);

}    // namespace xm::xenmgr
