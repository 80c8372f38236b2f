#pragma once
// A plan: what one operation on one VM will do, as data. plans.hpp decides, runner.cpp performs, logs and tests print.

#include "base/error_info.hpp"
#include "base/value.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace xm::xenmgr {

enum class Do : std::uint8_t {
    run_hook,              // arg: the property that names it; a failing hook ends the operation
    start_dependency,      // arg: uuid of a VM whose network this one uses
    set_hibernated,        // arg: "true" or "false"; the flag that tells S4 from S5
    enter_creating,        // from here on a domain may exist
    launch_monitor,        // nothing if it is attached
    set_snapshot_state,    // arg: a word of model::SnapshotState, for the guest
    create_domain,         // paused
    restore_domain,        // arg: file
    wait_created,          // the domain exists, paused or running
    publish,               // tell those who must know the domain before it runs
    unpause,
    wait_running,
    wait_booted,    // the guest has written to its boot sentinel
    ask_monitor,    // arg: a command of the monitor, with params
    ask_agent,      // arg: a request to the guest's agent
    wait_down,
    wait_asleep,
    wait_awake,
    destroy_domain,
    replace_monitor,    // kill it, let a fresh one adopt the domain and destroy it
    declare_down,       // whatever we believed: there is no domain any more
    quit_monitor,
    remove_file,    // arg: path
    remove_tree,    // arg: path
    erase_configuration,
    forget_vm,    // stop listening; tell clients that it is gone
};

// What the failure of a step means.
enum class Failing : std::uint8_t {
    ends,         // the operation fails; what was done is undone in reverse order
    is_logged,    // on with the next step
    asks_next,    // the next step is the remedy; it is skipped if this one succeeds
};

struct Step {
    Do what;
    std::string arg = {};
    StringMap params = {};
    std::chrono::milliseconds limit{0};    // 0: does not leave the process
    Failing failing = Failing::ends;
    const ErrorInfo* late = nullptr;          // what running out of time is called; null: errors::timed_out
    std::optional<Do> undo = std::nullopt;    // performed if a later step fails

    bool operator==(const Step&) const = default;
};

using Plan = std::vector<Step>;

// Success towards the caller, although nothing is done; the reason goes to the log.
struct Declined {
    std::string reason;
};

using Decision = std::variant<Plan, Declined>;

std::string_view to_string(Do what);
std::string to_string(const Step& step);    // "create_domain <=60s undo=destroy_domain"
std::string to_string(const Plan& plan);    // steps joined by "; "

}    // namespace xm::xenmgr
