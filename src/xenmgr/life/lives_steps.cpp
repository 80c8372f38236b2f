#include "xenmgr/life/lives.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "connect/guest_json.hpp"
#include "connect/within.hpp"
#include "gen/errors.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace xm::xenmgr {

using std::chrono::milliseconds;

// ---- steps that are done at once

bool Lives::perform_at_once(const Uuid& uuid, const Step& step) {
    switch (step.what) {
        case Do::enter_creating:
            happen(uuid, Event::launching);
            return true;
        case Do::set_hibernated:
            parts_.configuration.set_hibernated(uuid, step.arg == "true");
            return true;
        case Do::set_snapshot_state:
            parts_.listener.snapshot_state_set(uuid, *model::parse_word<model::SnapshotState>(step.arg));
            return true;
        case Do::publish:
            parts_.listener.domain_created(uuid);
            return true;
        case Do::declare_down:
            declare_down(uuid);
            return true;
        case Do::remove_file:
            parts_.files.remove(step.arg);
            return true;
        case Do::remove_tree:
            parts_.files.remove_tree(step.arg);
            return true;
        case Do::forget_vm:
            remove(uuid);
            parts_.listener.deleted(uuid);
            return true;
        default:
            return false;
    }
}

// Whatever the monitor last said: the domain was destroyed.
void Lives::declare_down(const Uuid& uuid) {
    VmLife& vm = *lookup(uuid);
    const int departed_domid = vm.domid;
    vm.reason = model::DownReason::halt;
    vm.acpi = 5;
    happen(uuid, vm.state == State::pre_create ? Event::settled : Event::saw_shutdown, departed_domid);
}

// ---- steps that wait

Lives::awaitable<> Lives::perform(Uuid uuid, std::uint64_t operation, Step step) {
    switch (step.what) {
        case Do::run_hook:
            return run_hooks(uuid, step.arg, step.limit);
        case Do::start_dependency:
            return start_dependency(*Uuid::parse(step.arg), step.limit);
        case Do::launch_monitor:
            return launch(uuid, Launch::fresh, step.limit);
        case Do::create_domain:
            return create_domain(uuid, std::move(step));
        case Do::restore_domain:
            return restore_domain(uuid, std::move(step));
        case Do::unpause:
            return unpause(uuid, std::move(step));
        case Do::ask_monitor:
            return ask(uuid, step.arg, step.params, step);
        case Do::destroy_domain:
            return destroy_domain(uuid, step.limit);
        case Do::replace_monitor:
            return replace_monitor(uuid, step.limit);
        case Do::quit_monitor:
            return quit_monitor(uuid);
        case Do::ask_agent:
            return parts_.agents->request(uuid, step.arg, step.limit);
        case Do::erase_configuration:
            return parts_.configuration.erase(uuid);
        default:
            return wait_for(uuid, operation, std::move(step));
    }
}

Lives::awaitable<> Lives::run_hooks(Uuid uuid, std::string property, milliseconds limit) {
    const LifeSettings settings = parts_.configuration.settings(uuid);
    const std::string& text = property == "run-pre-boot"     ? settings.run_pre_boot
                              : property == "run-pre-delete" ? settings.run_pre_delete
                                                             : settings.run_insteadof_start;
    co_await connect::run_hooks_of(uuid, parts_.hooks, text, limit);
}

// One that is being started by somebody else is waited for.
Lives::awaitable<> Lives::start_dependency(Uuid uuid, milliseconds limit) {
    const auto end = Clock::now() + limit;
    for (const VmLife* vm = find(uuid); vm && vm->in_flight == Event::start && Clock::now() < end; vm = find(uuid))
        co_await vm->activity->changed.wait(end);
    if (!running(uuid)) co_await start(uuid);
}

// ---- the monitor's steps

// A monitor that was lost is being replaced: commands wait for the new one, and for the facts that it begins with.
Lives::awaitable<> Lives::wait_for_adoption(Uuid uuid, milliseconds limit) {
    const auto end = Clock::now() + limit;
    for (const VmLife* vm = find(uuid);
         vm && !vm->attached && vm->activity && vm->activity->adopting && Clock::now() < end; vm = find(uuid))
        co_await vm->activity->changed.wait(end);
}

Lives::awaitable<> Lives::ask(Uuid uuid, std::string command, StringMap params, Step step) {
    co_await wait_for_adoption(uuid, step.limit);
    try {
        co_await parts_.monitors.call(uuid, std::move(command), std::move(params), step.limit);
    } catch (const Failure& failure) {
        const bool late = &failure.info() == &errors::monitor_timeout && step.late;
        if (!late) throw;
        fail(*step.late, uuid.text(), "no answer within {} ms", step.limit.count());
    }
}

// A monitor that answers is at work, however long the hypervisor takes. One that does not is worth no more waiting.
Lives::awaitable<> Lives::destroy_domain(Uuid uuid, milliseconds limit) {
    co_await wait_for_adoption(uuid, limit);
    co_await connect::unless(silence(uuid), parts_.monitors.call(uuid, "destroy", {}, limit));
}

// Ends when the monitor leaves a question unanswered.
Lives::awaitable<> Lives::silence(Uuid uuid) {
    boost::asio::steady_timer timer{executor_};
    for (;;) {
        timer.expires_after(limits_.look);
        co_await timer.async_wait(boost::asio::use_awaitable);
        co_await parts_.monitors.call(uuid, "get-status", {}, limits_.look);
    }
}

Lives::awaitable<> Lives::create_domain(Uuid uuid, Step step) {
    const model::GuestSpec spec = co_await parts_.configuration.spec(uuid);
    StringMap params{{"spec", connect::to_json(spec)}, {"paused", "true"}};
    const Builds::Turn turn = co_await builds_.take();
    co_await ask(uuid, "start", std::move(params), std::move(step));
}

Lives::awaitable<> Lives::unpause(Uuid uuid, Step step) {
    co_await builds_.all_done();
    co_await ask(uuid, "unpause", {}, std::move(step));
}

Lives::awaitable<> Lives::restore_domain(Uuid uuid, Step step) {
    const model::GuestSpec spec = co_await parts_.configuration.spec(uuid);
    StringMap params{{"file", step.arg}, {"spec", connect::to_json(spec)}, {"paused", "true"}, {"delete", "false"}};
    co_await ask(uuid, "restore", std::move(params), std::move(step));
}

Lives::awaitable<std::string> Lives::ask_monitor(Uuid uuid, std::string command, StringMap params) {
    const VmLife* vm = find(uuid);
    if (!vm) fail(errors::no_such_vm, uuid.text(), "");
    if (!vm->attached) fail(errors::wrong_state, uuid.text(), "it is {} and has no monitor", to_string(vm->state));
    co_return co_await parts_.monitors.call(uuid, std::move(command), std::move(params), limits_.command);
}

// ---- waiting for a state

namespace {

// Each wait is over in some states; in others it is in vain. acpi: also wanted, -1: any. booted: if that is wanted.
struct Wait {
    Do what;
    StateSet wanted{};
    StateSet in_vain{};
    int acpi = -1;
    bool booted = false;
};

// clang-format off
constexpr Wait waits[] = {
    {.what = Do::wait_created, .wanted = State::created | sets::up, .in_vain = sets::down},
    {.what = Do::wait_running, .wanted = State::running,            .in_vain = sets::down},
    {.what = Do::wait_booted,  .wanted = sets::up,                  .in_vain = sets::down, .booted = true},
    {.what = Do::wait_down,    .wanted = sets::down},
    {.what = Do::wait_asleep,  .wanted = sets::up,                  .in_vain = sets::down, .acpi = 3},
    {.what = Do::wait_awake,   .wanted = sets::up,                  .in_vain = sets::down, .acpi = 0},
};
// clang-format on

const Wait& wait_row(Do what) {
    const Wait* row = waits;
    while (row->what != what)
        ++row;
    return *row;
}

}    // namespace

Lives::awaitable<> Lives::wait_for(Uuid uuid, std::uint64_t operation, Step step) {
    const Wait& wait = wait_row(step.what);
    const auto end = Clock::now() + step.limit;
    for (;;) {
        VmLife& vm = current(uuid, operation);
        const bool as_wanted = (wait.acpi < 0 || wait.acpi == vm.acpi) && (!wait.booted || vm.booted);
        if (wait.wanted.contains(vm.state) && as_wanted) co_return;
        if (wait.in_vain.contains(vm.state))
            fail(errors::domain_died, uuid.text(), "it is {} ({})", to_string(vm.state), model::word(vm.reason));
        if (Clock::now() >= end)
            fail(step.late ? *step.late : errors::timed_out, uuid.text(), "it is {} after {} s", to_string(vm.state),
                 step.limit.count() / 1000);
        co_await vm.activity->changed.wait(end);
    }
}

}    // namespace xm::xenmgr
