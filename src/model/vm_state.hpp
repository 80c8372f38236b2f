#pragma once
// The states of a VM's life, and the two sets of names for them: internal (spoken between xenmgr, its monitors and
// xenstore) and public (property `state`, signals, hooks). The order is the order of the enumerators everywhere.

#include "model/words.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace xm::model {

enum class VmState : std::uint8_t {
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
};

struct VmStateNames {
    std::string_view internal;
    std::string_view shown;    // what clients see
};

// clang-format off
inline constexpr std::array<VmStateNames, 13> vm_state_names{{
    {.internal = "pre-create",       .shown = "creating"},
    {.internal = "creating-domain",  .shown = "creating"},
    {.internal = "creating-devices", .shown = "creating"},
    {.internal = "created",          .shown = "creating"},
    {.internal = "running",          .shown = "running"},
    {.internal = "shutdowning",      .shown = "stopping"},
    {.internal = "shutdown",         .shown = "stopped"},
    {.internal = "rebooting",        .shown = "rebooting"},
    {.internal = "rebooted",         .shown = "rebooted"},
    {.internal = "suspending",       .shown = "suspending"},
    {.internal = "suspended",        .shown = "suspended"},
    {.internal = "restoring",        .shown = "restoring"},
    {.internal = "paused",           .shown = "paused"},
}};
// clang-format on
static_assert(vm_state_names.size() == static_cast<std::size_t>(VmState::paused) + 1);

constexpr std::string_view to_string(VmState state) { return vm_state_names[static_cast<std::size_t>(state)].internal; }
constexpr std::string_view shown_as(VmState state) { return vm_state_names[static_cast<std::size_t>(state)].shown; }

// The rule that every check of "does it run" uses: anything but down, however briefly.
constexpr bool is_running(VmState state) { return state != VmState::shutdown && state != VmState::rebooted; }

constexpr bool is_creating(VmState state) { return state <= VmState::created; }

template <>
struct Words<VmState> {
    static constexpr auto words = [] {
        std::array<std::string_view, vm_state_names.size()> result{};
        for (std::size_t i = 0; i < result.size(); ++i)
            result[i] = vm_state_names[i].internal;
        return result;
    }();
};

}    // namespace xm::model
