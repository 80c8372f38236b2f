#pragma once
// What a simulated guest or its host can be told to do wrong: entries "sim-fault=<name>[:<ms>]" of a machine's
// extra-xenvm property, several with commas or as several entries. The table is the documentation; an unknown name
// refuses the start.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xenvm {

struct SimFaults {
    using Delay = std::optional<std::chrono::milliseconds>;

    bool refuse_shutdown = false;
    bool hang_start = false;
    bool enter_s3 = false;
    bool enter_s4 = false;
    bool lose_event = false;
    bool device_model_dies = false;
    bool no_memory = false;
    bool silent_boot = false;
    bool no_drivers = false;
    Delay crash_after;
    Delay reboot_after;
    Delay halt_after;
    Delay slow;

    bool operator==(const SimFaults&) const = default;
};

struct SimFaultRow {
    std::string_view name;
    bool SimFaults::* flag;                 // one of the two is set
    SimFaults::Delay SimFaults::* delay;    // then ":<ms>" must follow the name
    std::string_view help;
};

// clang-format off
inline constexpr SimFaultRow sim_fault_rows[] = {
    {"refuse-shutdown",   &SimFaults::refuse_shutdown,   nullptr, "the guest ignores requests to shut down, reboot, sleep and hibernate"},
    {"hang-start",        &SimFaults::hang_start,        nullptr, "creation stays in creating-devices until destroy"},
    {"crash-after",       nullptr, &SimFaults::crash_after,       "the guest crashes this long after it has booted"},
    {"reboot-after",      nullptr, &SimFaults::reboot_after,      "the guest reboots by itself this long after it has booted"},
    {"halt-after",        nullptr, &SimFaults::halt_after,        "the guest shuts down by itself this long after it has booted"},
    {"enter-s3",          &SimFaults::enter_s3,          nullptr, "the guest goes to sleep once, when it has booted"},
    {"enter-s4",          &SimFaults::enter_s4,          nullptr, "the guest hibernates when it has booted"},
    {"lose-event",        &SimFaults::lose_event,        nullptr, "the news of the domain's death is lost; looking at it finds out"},
    {"device-model-dies", &SimFaults::device_model_dies, nullptr, "the device model ends when the guest has booted"},
    {"no-memory",         &SimFaults::no_memory,         nullptr, "the host has no memory for the domain"},
    {"silent-boot",       &SimFaults::silent_boot,       nullptr, "the guest never writes to its boot sentinel"},
    {"no-drivers",        &SimFaults::no_drivers,        nullptr, "the guest has no drivers for this: only buttons reach it, and none hibernates"},
    {"slow",              nullptr, &SimFaults::slow,              "each operation of the hypervisor takes this much longer"},
};
// clang-format on

// `extra`: lines "key=value"; lines with another key are not ours and are skipped.
// Fails with errors::bad_sim_fault, listing what is allowed.
SimFaults parse_sim_faults(const std::vector<std::string>& extra);

std::string sim_fault_help();    // one line per row

}    // namespace xm::xenvm
