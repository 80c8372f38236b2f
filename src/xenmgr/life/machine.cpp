#include "xenmgr/life/machine.hpp"

#include <string_view>

namespace xm::xenmgr {
namespace {

// ---- The proofs. Each is a sentence about the table; a row that breaks it does not compile.

template <class Condition>
constexpr bool in_every(StateSet set, Condition&& holds) {
    bool all = true;
    for_each_state([&](State s) { all = all && (!set.contains(s) || holds(s)); });
    return all;
}

constexpr State after(State state, Event event) {
    const auto edge = step(state, event);
    return edge && edge->to ? *edge->to : state;
}

// step() takes the first row that fits; a second one would be dead text.
constexpr bool no_two_rows_fit() {
    for (std::size_t e = 0; e < event_count; ++e) {
        StateSet seen;
        for (const Edge& edge : detail::life_edges) {
            if (edge.on != static_cast<Event>(e)) continue;
            if (!((seen & edge.from) == StateSet{})) return false;
            seen = seen | edge.from;
        }
    }
    return true;
}
static_assert(no_two_rows_fit());

static_assert(in_every(sets::live | State::unknown,
                       [](State s) {
                           const auto death = step(s, Event::saw_shutdown);
                           return death && death->to == State::shutdown && death->effects.contains(Effect::release);
                       }),
              "every live state survives its domain's death and gives back what the domain had");

static_assert(in_every(sets::any, [](State s) { return after(s, Event::saw_shutdown) == State::shutdown; }),
              "stopped is one sighting away from everywhere");

static_assert(in_every(sets::any,
                       [](State s) {
                           const auto edge = step(s, Event::destroy);
                           return edge && edge->effects.contains(Effect::perform);
                       }),
              "any VM can be destroyed at any time");

static_assert(in_every(sets::transient, [](State s) { return patience(s) && step(s, Event::timed_out); }),
              "no transient state lasts for ever");
static_assert(in_every(sets::any - sets::transient, [](State s) { return !patience(s) && !step(s, Event::timed_out); }),
              "a state that may last has no timer: an idle host does not wake up");

static_assert(in_every(sets::any,
                       [](State s) {
                           for (std::size_t e = 0; e < event_count; ++e)
                               if (after(s, static_cast<Event>(e)) != s) return true;
                           return false;
                       }),
              "no state is without an exit");

static_assert(in_every(sets::live | State::unknown,
                       [](State s) {
                           const auto edge = step(s, Event::monitor_lost);
                           return edge && !edge->to && edge->effects.contains(Effect::adopt);
                       }),
              "losing the monitor of a live domain changes no state; a new one adopts the domain");

static_assert(in_every(sets::down, [](State s) { return !step(s, Event::saw_rebooted); }),
              "a reboot seen twice restarts once");

constexpr bool restart_has_one_cause() {
    for (const Edge& edge : detail::life_edges)
        if (edge.effects.contains(Effect::restart) && edge.on != Event::saw_rebooted) return false;
    return true;
}
static_assert(restart_has_one_cause());

constexpr bool every_change_of_belief_is_told() {
    for (const Edge& edge : detail::life_edges) {
        if (!edge.to || edge.effects.contains(Effect::announce)) continue;
        bool silent = edge.on == Event::replaced;    // what is there now is announced by the next sighting
        if (edge.from == StateSet{State::rebooted}) silent = true;    // clients know it as stopped already
        if (!silent) return false;
    }
    return true;
}
static_assert(every_change_of_belief_is_told());

// ---- Names

constexpr std::string_view event_names[] = {
    "start",
    "shutdown",
    "reboot",
    "pause",
    "unpause",
    "destroy",
    "sleep",
    "resume",
    "hibernate",
    "suspend_to_file",
    "resume_from_file",
    "delete",
    "saw creating-domain",
    "saw creating-devices",
    "saw created",
    "saw running",
    "saw shutdowning",
    "saw shutdown",
    "saw rebooting",
    "saw rebooted",
    "saw suspending",
    "saw suspended",
    "saw restoring",
    "saw paused",
    "replaced",
    "fell asleep",
    "woke up",
    "went to hibernate",
    "monitor lost",
    "launching",
    "settled",
    "timed out",
};
static_assert(std::size(event_names) == event_count);

constexpr std::string_view effect_names[] = {
    "perform",   "nothing", "decline",    "announce",       "announce acpi",
    "come up",   "release", "restart",    "keep alive",     "mark hibernated",
    "auto wake", "adopt",   "look again", "continue start", "abandon start",
};
static_assert(std::size(effect_names) == static_cast<std::size_t>(Effect::abandon_start) + 1);

}    // namespace

std::string_view to_string(Event event) { return event_names[static_cast<std::size_t>(event)]; }
std::string_view to_string(Effect effect) { return effect_names[static_cast<std::size_t>(effect)]; }

}    // namespace xm::xenmgr
