#pragma once
// --wait: after a call on a VM, until its state is the wanted one. News comes as the manager's signal vm_state_changed,
// subscribed before the call, so nothing is missed and nothing is polled.

#include "xec/signals.hpp"

#include <string>
#include <string_view>

namespace xm::xec {

struct Target {
    std::string state;           // a public state name, or "asleep": acpi-state 3
    bool leave_first = false;    // the state before the call may be the same one: wait until it was left (reboot)
};

// `wanted` empty: what the method leads to. Fails with usage if that is unknown, or if `wanted` is no state.
Target target_of(std::string_view method, const std::string& wanted);

// Pure: is the target reached by this state? Called for each state in order.
class Progress {
public:
    explicit Progress(Target target) : target_{std::move(target)} {}
    bool reached(std::string_view state, int acpi_state);

private:
    Target target_;
    bool left_ = false;
};

class StateWait {
public:
    StateWait(Client& client, const std::string& service, std::string vm_path, Target target);

    // Call after the method has answered. Fails with timed_out.
    void until_reached(Deadline deadline);

private:
    bool is_there_already();

    Client& client_;
    ServiceSignals signals_;
    std::string service_;
    std::string path_;
    Target target_;
    Progress progress_;
    std::string last_;
};

}    // namespace xm::xec
