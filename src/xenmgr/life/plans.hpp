#pragma once
// What each command will do, decided without doing it. Plans are short lists of steps; the runner performs them in
// order and undoes them in reverse when one fails. A start is decided twice: once to see whether it is to happen
// (and to bring up the VMs it depends on), once with the complete configuration.

#include "xenmgr/life/plan.hpp"
#include "xenmgr/life/settings.hpp"

namespace xm::xenmgr {

struct Prepared {
    Plan plan = {};
    bool ends_here = false;    // the hook that stands in for a start: no domain is built
};

std::variant<Prepared, Declined> plan_start(const StartContext& context, const Limits& limits);

// After the dependencies were started: still in the way?
std::optional<Declined> dependencies_missing(const StartContext& context);

Plan plan_boot(const BootContext& context, const Limits& limits);

// The rest of a start whose owner died after the domain was created.
Plan plan_continue(const Limits& limits);

Plan plan_shutdown(const GuestContext& guest, const Limits& limits);
Plan plan_reboot(const Limits& limits);
Plan plan_pause(const Limits& limits);
Plan plan_unpause(const Limits& limits);
Plan plan_destroy(bool has_monitor, const Limits& limits);

// Failures: needs_pv_addons.
Plan plan_sleep(const GuestContext& guest, const Limits& limits);
Plan plan_resume(const Limits& limits);
Plan plan_hibernate(const GuestContext& guest, const Limits& limits);

Plan plan_suspend(const std::string& file, const Limits& limits);
Plan plan_restore(const std::string& file, const Limits& limits);

struct DeleteContext {
    Uuid uuid;
    bool running = false;
    LifeSettings settings = {};
    std::vector<std::string> used_elsewhere = {};    // disk images that other VMs have too
};

// Failures: vm_running.
Plan plan_delete(const DeleteContext& context, const Limits& limits);

}    // namespace xm::xenmgr
