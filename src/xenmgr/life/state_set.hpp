#pragma once
// What we believe about a VM: the states of model::VmState, and `unknown` for one whose monitor has not answered yet.
// And sets of them, so that a row of a table can speak of several states at once.

#include "model/vm_state.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace xm::xenmgr {

enum class State : std::uint8_t {
    pre_create,
    creating_domain,
    creating_devices,
    created,
    running,
    shutdowning,
    shutdown,
    rebooting,
    rebooted,
    suspending,
    suspended,
    restoring,
    paused,
    unknown,
};
inline constexpr std::size_t state_count = static_cast<std::size_t>(State::unknown) + 1;
static_assert(state_count == model::vm_state_names.size() + 1);
static_assert(static_cast<int>(State::paused) == static_cast<int>(model::VmState::paused));

constexpr State believed(model::VmState state) { return static_cast<State>(state); }

constexpr std::string_view to_string(State state) {
    return state == State::unknown ? "unknown" : model::to_string(static_cast<model::VmState>(state));
}

// What clients and hooks get to see. A rebooted domain is shown as stopped (its reason says that it comes back), and
// a VM that left a monitor behind counts as running until the contrary is known.
constexpr model::VmState as_shown(State state) {
    if (state == State::rebooted) return model::VmState::shutdown;
    if (state == State::unknown) return model::VmState::running;
    return static_cast<model::VmState>(state);
}

class StateSet {
public:
    constexpr StateSet() = default;
    constexpr StateSet(State state) : bits_{1U << static_cast<unsigned>(state)} {}    // NOLINT: a state is a set of one

    constexpr bool contains(State state) const { return (bits_ & StateSet{state}.bits_) != 0; }
    constexpr bool operator==(const StateSet&) const = default;

    friend constexpr StateSet operator|(StateSet a, StateSet b) { return StateSet{a.bits_ | b.bits_, 0}; }
    friend constexpr StateSet operator&(StateSet a, StateSet b) { return StateSet{a.bits_ & b.bits_, 0}; }
    friend constexpr StateSet operator-(StateSet a, StateSet b) { return StateSet{a.bits_ & ~b.bits_, 0}; }

private:
    constexpr StateSet(unsigned bits, int) : bits_{bits} {}

    unsigned bits_ = 0;
};

constexpr StateSet operator|(State a, State b) { return StateSet{a} | StateSet{b}; }

// f(state) for every state there is.
template <class F>
constexpr void for_each_state(F&& f) {
    for (std::size_t i = 0; i < state_count; ++i)
        f(static_cast<State>(i));
}

}    // namespace xm::xenmgr
