#include "xec/wait.hpp"

#include "base/failure.hpp"
#include "xec/failures.hpp"
#include "xec/names.hpp"
#include "xec/terminal.hpp"

#include <algorithm>

namespace xm::xec {
namespace {

struct Outcome {
    std::string_view method;
    std::string_view state;
    bool leave_first = false;
};

// clang-format off
constexpr Outcome outcomes[] = {
    {"start",            "running"},
    {"start_internal",   "running"},
    {"shutdown",         "stopped"},
    {"destroy",          "stopped"},
    {"hibernate",        "stopped"},
    {"reboot",           "running", true},
    {"pause",            "paused"},
    {"unpause",          "running"},
    {"sleep",            "asleep"},
    {"resume",           "running"},
    {"suspend_to_file",  "suspended"},
    {"resume_from_file", "running"},
};
// clang-format on

constexpr std::string_view states[] = {"creating",   "running",   "stopping",  "stopped", "rebooting", "rebooted",
                                       "suspending", "suspended", "restoring", "paused",  "asleep"};

constexpr int acpi_sleeping = 3;

bool is_state(std::string_view state, int acpi_state, std::string_view wanted) {
    if (wanted == "asleep") return acpi_state == acpi_sleeping;
    if (wanted == "stopped" && state == "locked") return true;    // stopped, and a login is required to start it
    if (wanted == "running" && acpi_state == acpi_sleeping) return false;
    return state == wanted;
}

}    // namespace

Target target_of(std::string_view method, const std::string& wanted) {
    const auto outcome = std::ranges::find(outcomes, method, &Outcome::method);
    const bool known = outcome != std::end(outcomes);
    if (wanted.empty()) {
        if (!known) fail(failures::usage, "--wait", "say the state, as in --wait=running: {} has no usual one", method);
        return {std::string{outcome->state}, outcome->leave_first};
    }
    if (std::ranges::find(states, wanted) == std::end(states))
        fail(failures::usage, "--wait", "'{}' is no state of a VM; the states are {}", quotable(wanted),
             fmt::join(states, ", "));
    return {wanted, known && outcome->leave_first && outcome->state == wanted};
}

bool Progress::reached(std::string_view state, int acpi_state) {
    const bool there = is_state(state, acpi_state, target_.state);
    left_ = left_ || !there;
    return there && (left_ || !target_.leave_first);
}

StateWait::StateWait(Client& client, const std::string& service, std::string vm_path, Target target)
    : client_{client},
      signals_{client, service},
      service_{service},
      path_{std::move(vm_path)},
      target_{target},
      progress_{std::move(target)} {
    signals_.add(fmt::format(",interface='{}',member='vm_state_changed',arg1path='{}'", names::manager, path_));
}

bool StateWait::is_there_already() {
    if (target_.leave_first) return false;
    last_ = std::get<std::string>(client_.get(service_, path_, names::vm, "state").value);
    const auto acpi_state = std::get<std::int32_t>(client_.get(service_, path_, names::vm, "acpi-state").value);
    return progress_.reached(last_, acpi_state);
}

void StateWait::until_reached(Deadline deadline) {
    if (is_there_already()) return;
    while (const auto event = signals_.next(deadline)) {
        if (event->member != "vm_state_changed" || event->arguments.size() != 4) continue;
        last_ = std::get<std::string>(event->arguments[2].value);
        if (progress_.reached(last_, std::get<std::int32_t>(event->arguments[3].value))) return;
    }
    fail(failures::timed_out, path_, "the call succeeded, but the VM is not {} in time; last seen {}", target_.state,
         last_.empty() ? "unchanged" : last_);
}

}    // namespace xm::xec
