#include "xenmgr/life/lives.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "xenmgr/life/background.hpp"

namespace xm::xenmgr {

using model::VmState;

namespace {

// States that fire the ACPI hook too, with the value that goes with them.
std::optional<int> acpi_of(VmState shown) {
    switch (shown) {
        case VmState::running:
            return 0;
        case VmState::suspended:
            return 3;
        case VmState::shutdown:
            return 5;
        default:
            return std::nullopt;
    }
}

}    // namespace

void Lives::announce(const Uuid& uuid) {
    const VmState state = shown(uuid);
    parts_.listener.state_changed(uuid, state, acpi_state(uuid));
    if (model::is_creating(state) || !lookup(uuid)) return;
    const LifeSettings settings = parts_.configuration.settings(uuid);
    queue_hook(uuid, settings.run_on_state_change, {uuid.text(), std::string{model::shown_as(state)}});
    if (const auto acpi = acpi_of(state))
        queue_hook(uuid, settings.run_on_acpi_state_change, {uuid.text(), std::to_string(*acpi)});
}

void Lives::announce_acpi(const Uuid& uuid) {
    const VmLife* vm = find(uuid);
    const int acpi = vm->acpi;    // the event's own value: 4 is told although the domain still runs
    parts_.listener.acpi_changed(uuid, as_shown(vm->state), acpi);
    if (lookup(uuid))
        queue_hook(uuid, parts_.configuration.settings(uuid).run_on_acpi_state_change,
                   {uuid.text(), std::to_string(acpi)});
}

void Lives::queue_hook(const Uuid& uuid, std::string hooks, StringList arguments) {
    if (hooks.empty()) return;
    Activity& active = activity(*lookup(uuid));
    active.hooks.push_back({std::move(hooks), std::move(arguments)});
    if (std::exchange(active.running_hooks, true)) return;
    in_background(executor_, run_queued_hooks(uuid), "running its hooks", uuid);
}

// The failure of such a hook is logged and nothing else.
Lives::awaitable<> Lives::run_queued_hooks(Uuid uuid) {
    for (VmLife* vm = lookup(uuid); vm && vm->activity && !vm->activity->hooks.empty(); vm = lookup(uuid)) {
        const QueuedHook next = std::move(vm->activity->hooks.front());
        vm->activity->hooks.pop_front();
        for (const std::string& hook : connect::hooks_in(next.hooks))
            try {
                co_await parts_.hooks.run(hook, next.arguments, limits_.hook);
            } catch (const Failure& failure) {
                log::warn("vm={} hook failed cause={}", uuid.text(), failure.what());
            }
    }
    if (VmLife* vm = lookup(uuid); vm && vm->activity) vm->activity->running_hooks = false;
    tidy(uuid);
}

}    // namespace xm::xenmgr
