#include "xenmgr/life/plans.hpp"

#include "base/failure.hpp"
#include "gen/errors.hpp"
#include "model/snapshot_state.hpp"
#include "xenmgr/life/checks.hpp"

#include <algorithm>

namespace xm::xenmgr {
namespace {

Step hook(std::string property, const Limits& limits) {
    return {.what = Do::run_hook, .arg = std::move(property), .limit = limits.hook};
}

Step ask(std::string command, std::chrono::milliseconds limit, StringMap params = {}) {
    return {.what = Do::ask_monitor, .arg = std::move(command), .params = std::move(params), .limit = limit};
}

Step wake(const Limits& limits) { return ask("trigger", limits.command, {{"params", "s3resume"}}); }

// The monitor itself waits for the guest; it gets the same limit, and we wait a little longer for its answer.
Step ask_guest(std::string command, std::chrono::milliseconds limit, const ErrorInfo& late) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(limit);
    Step step =
        ask(std::move(command), seconds + std::chrono::seconds{5}, {{"timeout", std::to_string(seconds.count())}});
    step.late = &late;
    return step;
}

Step ask_agent(std::string request, const Limits& limits) {
    return {.what = Do::ask_agent, .arg = std::move(request), .limit = limits.command};
}

// A guest in S3 must be awake before it can be asked anything. Not waking in time is no reason to stop.
void wake_first(Plan& plan, const GuestContext& guest, const Limits& limits) {
    if (guest.acpi != 3) return;
    plan.push_back(wake(limits));
    plan.push_back({.what = Do::wait_awake, .limit = limits.wake, .failing = Failing::is_logged});
}

void require_pv_addons(const GuestContext& guest) {
    if (!guest.pv_addons) fail(errors::needs_pv_addons, guest.uuid.text(), "no agent and no PV drivers in the guest");
}

// From the domain's creation to its running, for a start and for what is left of one.
void bring_up(Plan& plan, const Limits& limits) {
    plan.push_back({.what = Do::publish});
    plan.push_back({.what = Do::unpause, .limit = limits.command});
    plan.push_back({.what = Do::wait_running, .limit = limits.unpaused, .late = &errors::start_timeout});
}

// Only service VMs know how to ask for an image; others may have one all the same.
model::SnapshotState snapshot_state(const BootContext& vm) {
    if (vm.suspend_image_exists) return model::SnapshotState::resuming;
    const bool has_file = !vm.settings.start_from_suspend_image.empty();
    return has_file ? model::SnapshotState::possible : model::SnapshotState::impossible;
}

// A guest that goes on from an image has booted long ago. One that does not say so in time may be well all the same.
void wait_for_sentinel(Plan& plan, const BootContext& vm, const Limits& limits) {
    if (vm.settings.boot_sentinel.empty() || vm.suspend_image_exists) return;
    plan.push_back({.what = Do::wait_booted, .limit = limits.booted, .failing = Failing::is_logged});
}

void create(Plan& plan, const Limits& limits) {
    plan.push_back({.what = Do::enter_creating});
    plan.push_back({.what = Do::launch_monitor, .limit = limits.launch, .undo = Do::quit_monitor});
    plan.push_back({.what = Do::create_domain,
                    .limit = limits.create,
                    .late = &errors::start_timeout,
                    .undo = Do::destroy_domain});
    plan.push_back({.what = Do::wait_created, .limit = limits.created, .late = &errors::start_timeout});
}

void restore(Plan& plan, const std::string& file, const Limits& limits) {
    plan.push_back({.what = Do::enter_creating});
    plan.push_back({.what = Do::launch_monitor, .limit = limits.launch, .undo = Do::quit_monitor});
    plan.push_back({.what = Do::restore_domain, .arg = file, .limit = limits.save, .undo = Do::destroy_domain});
}

}    // namespace

std::variant<Prepared, Declined> plan_start(const StartContext& vm, const Limits& limits) {
    if (vm.exists && vm.honour_insteadof && !vm.settings.run_insteadof_start.empty())
        return Prepared{.plan = {hook("run-insteadof-start", limits)}, .ends_here = true};
    if (auto reason = reason_to_decline(vm)) return Declined{*std::move(reason)};
    Prepared prepared;
    for (const Dependency& other : vm.dependencies)
        if (!other.running)
            prepared.plan.push_back(
                {.what = Do::start_dependency, .arg = other.uuid.text(), .limit = limits.dependency});
    return prepared;
}

std::optional<Declined> dependencies_missing(const StartContext& vm) {
    for (const Dependency& other : vm.dependencies)
        if (!other.running) return Declined{fmt::format("it depends on {}, which does not run", other.uuid.text())};
    return std::nullopt;
}

Plan plan_boot(const BootContext& vm, const Limits& limits) {
    check_boot(vm);
    Plan plan;
    plan.push_back({.what = Do::set_hibernated, .arg = "false"});
    if (!vm.settings.run_pre_boot.empty()) plan.push_back(hook("run-pre-boot", limits));
    if (vm.settings.service_vm || vm.suspend_image_exists)
        plan.push_back({.what = Do::set_snapshot_state, .arg = std::string{model::word(snapshot_state(vm))}});
    if (vm.suspend_image_exists)
        restore(plan, vm.settings.start_from_suspend_image, limits);
    else
        create(plan, limits);
    bring_up(plan, limits);
    wait_for_sentinel(plan, vm, limits);
    return plan;
}

Plan plan_continue(const Limits& limits) {
    Plan plan;
    bring_up(plan, limits);
    return plan;
}

Plan plan_shutdown(const GuestContext& guest, const Limits& limits) {
    Plan plan;
    wake_first(plan, guest, limits);
    if (guest.agent)
        plan.push_back(ask_agent("request_shutdown", limits));
    else
        plan.push_back(ask_guest("shutdown", limits.shutdown, errors::shutdown_timeout));
    plan.push_back({.what = Do::wait_down, .limit = limits.shutdown, .late = &errors::shutdown_timeout});
    return plan;
}

Plan plan_reboot(const Limits& limits) { return {ask_guest("restart", limits.shutdown, errors::shutdown_timeout)}; }

Plan plan_pause(const Limits& limits) { return {ask("pause", limits.command)}; }

Plan plan_unpause(const Limits& limits) { return {ask("unpause", limits.command)}; }

Plan plan_destroy(bool has_monitor, const Limits& limits) {
    Plan plan;
    if (has_monitor) {
        plan.push_back({.what = Do::destroy_domain, .limit = limits.destroy, .failing = Failing::asks_next});
        plan.push_back({.what = Do::replace_monitor, .limit = limits.replace});
    } else {
        plan.push_back({.what = Do::replace_monitor, .limit = limits.replace});
    }
    plan.push_back({.what = Do::declare_down});
    return plan;
}

Plan plan_sleep(const GuestContext& guest, const Limits& limits) {
    if (guest.acpi == 3) return {};
    if (!guest.agent) {
        require_pv_addons(guest);
        return {ask_guest("s3suspend", limits.sleep, errors::sleep_timeout)};
    }
    return {ask_agent("request_sleep", limits),
            {.what = Do::wait_asleep, .limit = limits.agent, .late = &errors::sleep_timeout}};
}

Plan plan_resume(const Limits& limits) {
    return {wake(limits), {.what = Do::wait_awake, .limit = limits.resume, .failing = Failing::is_logged}};
}

Plan plan_hibernate(const GuestContext& guest, const Limits& limits) {
    if (!guest.running) return {};
    if (!guest.agent) require_pv_addons(guest);
    Plan plan;
    wake_first(plan, guest, limits);
    if (guest.agent)
        plan.push_back(ask_agent("request_hibernate", limits));
    else
        plan.push_back(ask_guest("s4suspend", limits.agent, errors::hibernate_timeout));
    plan.push_back({.what = Do::wait_down, .limit = limits.agent, .late = &errors::hibernate_timeout});
    plan.push_back({.what = Do::set_hibernated, .arg = "true"});
    return plan;
}

Plan plan_suspend(const std::string& file, const Limits& limits) {
    return {ask("suspend", limits.save, {{"file", file}})};
}

Plan plan_restore(const std::string& file, const Limits& limits) {
    Plan plan;
    restore(plan, file, limits);
    bring_up(plan, limits);
    return plan;
}

Plan plan_delete(const DeleteContext& vm, const Limits& limits) {
    if (vm.running) fail(errors::vm_running, vm.uuid.text(), "");
    Plan plan;
    if (!vm.settings.run_pre_delete.empty()) plan.push_back(hook("run-pre-delete", limits));
    for (const model::Disk& disk : vm.settings.disks) {
        const bool ours = !vm.settings.managed && !disk.shared && disk.type == model::DiskType::vhd;
        if (!ours || std::ranges::find(vm.used_elsewhere, disk.path) != vm.used_elsewhere.end()) continue;
        plan.push_back({.what = Do::remove_file, .arg = disk.path, .failing = Failing::is_logged});
    }
    plan.push_back(
        {.what = Do::remove_tree, .arg = "/storage/ovffiles/" + vm.uuid.text(), .failing = Failing::is_logged});
    plan.push_back({.what = Do::erase_configuration});
    plan.push_back({.what = Do::forget_vm});
    return plan;
}

}    // namespace xm::xenmgr
