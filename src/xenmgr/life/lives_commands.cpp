#include "xenmgr/life/lives.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "xenmgr/life/admission.hpp"
#include "xenmgr/life/checks.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>

namespace xm::xenmgr {

namespace asio = boost::asio;

Lives::awaitable<> Lives::start(Uuid uuid, InsteadOf hook) {
    return command(uuid, {.command = Event::start, .hook = hook});
}
Lives::awaitable<> Lives::shutdown(Uuid uuid) { return command(uuid, {.command = Event::shutdown}); }
Lives::awaitable<> Lives::reboot(Uuid uuid) { return command(uuid, {.command = Event::reboot}); }
Lives::awaitable<> Lives::pause(Uuid uuid) { return command(uuid, {.command = Event::pause}); }
Lives::awaitable<> Lives::unpause(Uuid uuid) { return command(uuid, {.command = Event::unpause}); }
Lives::awaitable<> Lives::destroy(Uuid uuid) { return command(uuid, {.command = Event::destroy}); }
Lives::awaitable<> Lives::sleep(Uuid uuid) { return command(uuid, {.command = Event::sleep}); }
Lives::awaitable<> Lives::resume(Uuid uuid) { return command(uuid, {.command = Event::resume}); }
Lives::awaitable<> Lives::hibernate(Uuid uuid) { return command(uuid, {.command = Event::hibernate}); }
Lives::awaitable<> Lives::erase(Uuid uuid) { return command(uuid, {.command = Event::remove}); }

Lives::awaitable<> Lives::suspend_to_file(Uuid uuid, std::string file) {
    return command(uuid, {.command = Event::suspend_to_file, .file = std::move(file)});
}

// A wrong name does not cost a VM its state.
Lives::awaitable<> Lives::resume_from_file(Uuid uuid, std::string file) {
    if (!parts_.files.exists(file))
        fail(errors::image_not_usable, uuid.text(), "there is no file {}", text::escaped(file));
    Request request{.command = Event::resume_from_file, .file = std::move(file)};
    co_await command(uuid, std::move(request));
}

// ---- admission

namespace {

[[noreturn]] void refuse(const Uuid& uuid, State state, Event command) {
    if (command == Event::remove) fail(errors::vm_running, uuid.text(), "it is {}", to_string(state));
    fail(errors::wrong_state, uuid.text(), "it is {}, {} is not possible", to_string(state), to_string(command));
}

}    // namespace

EffectList Lives::admitted(const Uuid& uuid, const Request& request) {
    const VmLife* vm = find(uuid);
    if (!vm) fail(errors::no_such_vm, uuid.text(), "");
    const Admission admission = admit(request.command, vm->in_flight);
    if (admission == Admission::twice) fail(errors::start_in_flight, uuid.text(), "it must not be started twice");
    if (admission == Admission::busy) fail(errors::vm_busy, uuid.text(), "{} is on its way", to_string(*vm->in_flight));
    if (request.continues) return Effect::perform;
    const bool stands_in = request.command == Event::start && request.hook == InsteadOf::honour &&
                           !parts_.configuration.settings(uuid).run_insteadof_start.empty();
    if (stands_in) return Effect::perform;
    const auto edge = machine_(vm->state, request.command);
    if (!edge) refuse(uuid, vm->state, request.command);
    return edge->effects;
}

// From here on `command` is what happens to this VM; what was in flight is pre-empted.
std::uint64_t Lives::begin(VmLife& vm, Event command) {
    Activity& active = activity(vm);
    active.operation = ++last_operation_;
    vm.in_flight = command;
    active.restart_due = false;    // this is the restart, or overtakes it
    if (auto* cancel = std::exchange(active.cancel, nullptr)) cancel->emit(asio::cancellation_type::terminal);
    active.changed.wake();
    return active.operation;
}

bool Lives::is_current(const Uuid& uuid, std::uint64_t operation) {
    const VmLife* vm = find(uuid);
    return vm && vm->activity && vm->activity->operation == operation;
}

VmLife& Lives::current(const Uuid& uuid, std::uint64_t operation) {
    if (!is_current(uuid, operation)) fail(errors::operation_cancelled, uuid.text(), "something else came in between");
    return *lookup(uuid);
}

void Lives::finish(const Uuid& uuid) {
    VmLife* vm = lookup(uuid);
    vm->in_flight.reset();
    vm->activity->operation = 0;
    vm->activity->step.reset();
    vm->activity->cancel = nullptr;
    if (vm->activity->restart_due)
        restart_if_due(uuid);
    else
        happen(uuid, Event::settled);
    wake(uuid);
    retire_if_done(uuid);
    tidy(uuid);
}

// The frame of this coroutine holds the cancellation signal; the operation runs in a coroutine of its own, so that it
// can be cancelled while whoever gave the command waits here for its end.
Lives::awaitable<> Lives::command(Uuid uuid, Request request) {
    const EffectList answer = admitted(uuid, request);
    if (answer.contains(Effect::nothing)) co_return;
    if (answer.contains(Effect::decline)) {
        log::warn("vm={} command={} declined: it is {}", uuid.text(), to_string(request.command),
                  to_string(find(uuid)->state));
        co_return;
    }
    asio::cancellation_signal cancel;
    const std::uint64_t operation = begin(*lookup(uuid), request.command);
    activity(*lookup(uuid)).cancel = &cancel;
    std::exception_ptr error;
    try {
        co_await asio::co_spawn(executor_, carry_out(uuid, std::move(request), operation),
                                asio::bind_cancellation_slot(cancel.slot(), asio::use_awaitable));
    } catch (...) {
        error = std::current_exception();
    }
    const bool pre_empted = find(uuid) && !is_current(uuid, operation);
    if (is_current(uuid, operation)) finish(uuid);
    if (!error) co_return;
    if (pre_empted) fail(errors::operation_cancelled, uuid.text(), "something else came in between");
    std::rethrow_exception(error);
}

// ---- carrying out

Lives::awaitable<> Lives::carry_out(Uuid uuid, Request request, std::uint64_t operation) {
    if (request.command == Event::start) co_return co_await carry_out_start(uuid, std::move(request), operation);
    co_await perform(uuid, operation, decide(uuid, request));
}

Lives::awaitable<> Lives::carry_out_start(Uuid uuid, Request request, std::uint64_t operation) {
    if (request.continues) co_return co_await perform(uuid, operation, plan_continue(limits_));
    StartContext context = co_await start_context(uuid, request.hook);
    const auto decision = plan_start(context, limits_);
    if (const auto* declined = std::get_if<Declined>(&decision)) {
        log::warn("vm={} start declined: {}", uuid.text(), declined->reason);
        co_return;
    }
    const Prepared& prepared = std::get<Prepared>(decision);
    co_await perform(uuid, operation, prepared.plan);
    if (prepared.ends_here) co_return;
    if (!prepared.plan.empty()) context = co_await start_context(uuid, request.hook);
    if (const auto missing = dependencies_missing(context)) {
        log::warn("vm={} start declined: {}", uuid.text(), missing->reason);
        co_return;
    }
    check_disks(context);
    BootContext boot = co_await parts_.configuration.boot_context(uuid);
    boot.uuid = uuid;
    boot.settings = context.settings;
    const std::string& image = boot.settings.start_from_suspend_image;
    boot.suspend_image_exists = !image.empty() && parts_.files.exists(image);
    co_await perform(uuid, operation, plan_boot(boot, limits_));
}

Lives::awaitable<StartContext> Lives::start_context(Uuid uuid, InsteadOf hook) {
    StartContext context = co_await parts_.configuration.start_context(uuid);
    context.uuid = uuid;
    context.exists = find(uuid) != nullptr;
    context.running = running(uuid);
    context.honour_insteadof = hook == InsteadOf::honour;
    if (context.exists) context.settings = parts_.configuration.settings(uuid);
    for (Dependency& other : context.dependencies)
        other.running = running(other.uuid);
    for (const model::Disk& disk : context.settings.disks)
        if (!parts_.files.exists(disk.path))
            context.missing_disks.push_back(
                fmt::format("{}: {}", disk.id, disk.path.empty() ? "its phys-path is empty" : disk.path));
    co_return context;
}

Plan Lives::decide(const Uuid& uuid, const Request& request) {
    const VmLife& vm = *find(uuid);
    const LifeSettings settings = parts_.configuration.settings(uuid);
    const GuestContext guest{.uuid = uuid,
                             .running = running(uuid),
                             .acpi = vm.acpi,
                             .agent = parts_.agents && parts_.agents->present(uuid),
                             .pv_addons = settings.pv_addons};
    switch (request.command) {
        case Event::shutdown:
            return plan_shutdown(guest, limits_);
        case Event::reboot:
            return plan_reboot(limits_);
        case Event::pause:
            return plan_pause(limits_);
        case Event::unpause:
            return plan_unpause(limits_);
        case Event::sleep:
            return plan_sleep(guest, limits_);
        case Event::resume:
            return plan_resume(limits_);
        case Event::hibernate:
            return plan_hibernate(guest, limits_);
        case Event::suspend_to_file:
            return plan_suspend(request.file, limits_);
        case Event::resume_from_file:
            return plan_restore(request.file, limits_);
        case Event::destroy: {
            const bool nothing_there = vm.state == State::shutdown && !vm.attached && !vm.activity->launching;
            return nothing_there ? Plan{} : plan_destroy(vm.attached, limits_);
        }
        case Event::remove:
            return plan_delete({.uuid = uuid,
                                .running = guest.running,
                                .settings = settings,
                                .used_elsewhere = parts_.configuration.images_used_elsewhere(uuid)},
                               limits_);
        default:
            return {};
    }
}

// ---- plans

Lives::awaitable<> Lives::perform(Uuid uuid, std::uint64_t operation, Plan plan) {
    if (!plan.empty()) log::info("vm={} plan={}", uuid.text(), to_string(plan));
    bool skip_remedy = false;
    for (std::size_t i = 0; i < plan.size(); ++i) {
        const Step& now = plan[i];
        if (std::exchange(skip_remedy, false)) continue;
        current(uuid, operation).activity->step = now.what;
        std::exception_ptr error;
        try {
            if (!perform_at_once(uuid, now)) co_await perform(uuid, operation, now);
        } catch (...) {
            error = std::current_exception();
        }
        const bool is_end = now.what == Do::forget_vm;    // there is no VM to ask about any longer
        if (!is_end) current(uuid, operation);
        skip_remedy = !error && now.failing == Failing::asks_next;
        if (!error) continue;
        if (now.failing == Failing::ends) {
            co_await undo(uuid, operation, plan, i);
            std::rethrow_exception(error);
        }
        log::warn("vm={} step={} failed", uuid.text(), to_string(now));
    }
}

// The failed step included: what ran out of time may have happened nevertheless. What cannot be undone stays believed,
// and the patience with its state runs out later.
Lives::awaitable<> Lives::undo(Uuid uuid, std::uint64_t operation, Plan plan, std::size_t failed) {
    for (std::size_t i = failed + 1; i-- > 0;) {
        if (!plan[i].undo) continue;
        Plan steps{{.what = *plan[i].undo, .limit = limits_.look}};
        if (plan[i].undo == Do::destroy_domain) steps = plan_destroy(find(uuid)->attached, limits_);
        std::exception_ptr error;
        try {
            co_await perform(uuid, operation, std::move(steps));
        } catch (...) {
            error = std::current_exception();
        }
        current(uuid, operation);
        if (error) co_return log::error("vm={} step={} could not be undone", uuid.text(), to_string(plan[i]));
    }
}

}    // namespace xm::xenmgr
