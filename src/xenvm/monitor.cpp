#include "xenvm/monitor.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "connect/guest_json.hpp"
#include "connect/monitor.hpp"
#include "gen/errors.hpp"
#include "xenvm/attempt.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <filesystem>

namespace xm::xenvm {

using model::DeathAction;
using model::DownReason;
using model::VmState;
using Steady = std::chrono::steady_clock;

namespace {

VmState state_of(const Domain& domain) {
    switch (domain.phase) {
        case DomainPhase::building:
            return VmState::creating_devices;
        case DomainPhase::paused:
            return domain.ran ? VmState::paused : VmState::created;
        case DomainPhase::running:
        case DomainPhase::dead:
            return VmState::running;    // whoever sees a dead one buries it next
    }
    return VmState::running;
}

DeathAction action_after(DownReason reason, const model::GuestSpec& spec) {
    switch (reason) {
        case DownReason::crash:
            return spec.on_crash;
        case DownReason::reboot:
            return spec.on_reboot;
        case DownReason::halt:
            return spec.on_halt;
        case DownReason::suspend:
        case DownReason::none:
            break;    // vanished: nothing left to act on
    }
    return DeathAction::preserve;
}

std::string text_of(const std::exception_ptr& error) try {
    std::rethrow_exception(error);
} catch (const std::exception& e) {
    return e.what();
}

void report_failure(const std::exception_ptr& failure) {
    if (failure) log::error("not cleared away cause={}", text_of(failure));
}

}    // namespace

Monitor::Monitor(boost::asio::any_io_executor executor, Uuid uuid, Engine& engine, NewsSink& news)
    : executor_{std::move(executor)}, engine_{engine}, news_{news} {
    facts_.uuid = uuid.text();
    facts_.pid = ::getpid();
    engine_.listen(*this);
}

void Monitor::adopt() {
    const auto domain = engine_.read();
    if (!domain) return;
    if (domain->phase == DomainPhase::building) return boost::asio::co_spawn(executor_, clear_away(), report_failure);
    facts_.generation = domain->generation;
    spec_ = domain->spec;
    facts_.state = state_of(*domain);
    read_domain();
    engine_.adopt();
    look();
}

// Whoever was building this domain has ended, and nobody can go on with it.
Monitor::awaitable<void> Monitor::clear_away() {
    log::warn("clearing away a domain that was never completed");
    co_await engine_.destroy();
}

const model::MonitorFacts& Monitor::facts() {
    look();
    return facts_;
}

model::GuestSpec Monitor::spec() {
    const auto domain = engine_.read();
    if (!domain) fail(errors::no_domain, facts_.uuid, "there is no domain");
    return domain->spec;
}

// ---- commands

Monitor::awaitable<void> Monitor::start(model::GuestSpec spec, bool paused) {
    look();
    if (alive()) fail(errors::vm_already_created, facts_.uuid, "it is {}", to_string(facts_.state));
    const std::int64_t operation = ++operation_;
    const std::exception_ptr failure = co_await attempt(build(std::move(spec), paused));
    if (!failure) co_return;
    co_await give_up(operation, text_of(failure));
    std::rethrow_exception(failure);
}

Monitor::awaitable<void> Monitor::build(model::GuestSpec spec, bool paused) {
    spec_ = spec;
    facts_.reason = DownReason::none;
    enter(VmState::creating_domain);    // at once, so that a second start sees this one
    co_await engine_.destroy();         // a dead domain that was preserved
    co_await engine_.create(std::move(spec), facts_.generation + 1);
    ++facts_.generation;
    enter(VmState::creating_devices);
    co_await engine_.attach_devices();
    enter(VmState::created);
    if (paused) co_return;
    co_await engine_.unpause();
    enter(VmState::running);
}

// After a start or restore that failed. Another operation may have begun meanwhile; then the domain is its own.
Monitor::awaitable<void> Monitor::give_up(std::int64_t operation, std::string cause) {
    if (operation != operation_) co_return;
    tell(connect::notify_error, "error:" + cause);
    co_await engine_.destroy();
    enter(VmState::shutdown);
}

Monitor::awaitable<void> Monitor::pause() {
    require({VmState::running}, "pause");
    co_await engine_.pause();
    enter(VmState::paused);
}

Monitor::awaitable<void> Monitor::unpause() {
    look();
    if (!engine_.read()) co_return;
    require({VmState::paused, VmState::created, VmState::running}, "unpause");
    co_await engine_.unpause();
    enter(VmState::running);
}

Monitor::awaitable<void> Monitor::shutdown(Milliseconds limit) {
    require({VmState::running, VmState::shutdowning}, "shutdown");
    if (facts_.acpi == 3) fail(errors::vm_bad_state, facts_.uuid, "it sleeps and cannot hear a shutdown request");
    enter(VmState::shutdowning);
    co_await told(engine_.ask_shutdown());
    co_await await_death(DownReason::halt, limit);
}

Monitor::awaitable<void> Monitor::reboot(Milliseconds limit) {
    require({VmState::running, VmState::rebooting}, "restart");
    if (facts_.acpi == 3) fail(errors::vm_bad_state, facts_.uuid, "it sleeps and cannot hear a reboot request");
    enter(VmState::rebooting);
    co_await told(engine_.ask_reboot());
    co_await await_death(DownReason::reboot, limit);
}

Monitor::awaitable<void> Monitor::reset() {
    require({VmState::running, VmState::paused, VmState::shutdowning, VmState::rebooting}, "forced restart");
    enter(VmState::rebooting);
    co_await told(engine_.reset());
    co_await await_death(DownReason::reboot, std::chrono::seconds{30});
}

Monitor::awaitable<void> Monitor::destroy() {
    ++operation_;
    const bool was_alive = alive();
    ++ending_;
    const std::exception_ptr failure = co_await attempt(engine_.destroy());
    --ending_;
    if (failure) std::rethrow_exception(failure);
    if (was_alive) facts_.reason = last_death_ = DownReason::halt;
    enter(VmState::shutdown);
}

// Nobody could go on with a domain that is half built.
Monitor::awaitable<void> Monitor::leave() {
    const States unfinished{VmState::creating_domain, VmState::creating_devices, VmState::restoring};
    if (std::find(unfinished.begin(), unfinished.end(), facts_.state) != unfinished.end()) co_await destroy();
}

Monitor::awaitable<void> Monitor::sleep(Milliseconds limit) {
    require({VmState::running}, "sleep");
    if (facts_.acpi == 3) co_return;
    co_await engine_.ask_sleep();
    const auto end = Steady::now() + limit;
    while (alive() && facts_.acpi != 3 && Steady::now() < end)
        co_await changed_.wait(end);
    if (facts_.acpi != 3) fail(errors::sleep_timeout, facts_.uuid, "not asleep after {} ms", limit.count());
}

Monitor::awaitable<void> Monitor::hibernate(Milliseconds limit) {
    require({VmState::running}, "hibernate");
    co_await told(engine_.ask_hibernate());
    co_await wait_while_alive(limit);
    if (alive()) fail(errors::hibernate_timeout, facts_.uuid, "still up after {} ms", limit.count());
}

Monitor::awaitable<void> Monitor::wake() {
    require({VmState::running}, "resume from sleep");
    co_await engine_.wake();
}

Monitor::awaitable<void> Monitor::suspend(std::string file) {
    require({VmState::running, VmState::paused}, "suspend");
    const VmState before = facts_.state;
    enter(VmState::suspending);
    const std::exception_ptr failure = co_await attempt(engine_.save(file));
    if (facts_.state != VmState::suspending)
        fail(errors::operation_cancelled, facts_.uuid, "the domain went meanwhile");
    if (failure) {
        if (before == VmState::running) co_await engine_.unpause();
        enter(before);
        std::rethrow_exception(failure);
    }
    co_await engine_.destroy();
    facts_.reason = last_death_ = DownReason::suspend;
    enter(VmState::suspended);
}

Monitor::awaitable<void> Monitor::checkpoint(std::string file) {
    require({VmState::running, VmState::paused}, "checkpoint");
    const bool runs = facts_.state == VmState::running;
    const std::exception_ptr failure = co_await attempt(engine_.save(std::move(file)));
    if (runs && engine_.read()) co_await engine_.unpause();
    if (failure) std::rethrow_exception(failure);
}

Monitor::awaitable<void> Monitor::restore(model::GuestSpec spec, RestoreOptions options) {
    require({VmState::shutdown, VmState::suspended, VmState::rebooted}, "restore");
    const std::int64_t operation = ++operation_;
    const std::exception_ptr failure = co_await attempt(revive(options, std::move(spec)));
    if (!failure) co_return;
    co_await give_up(operation, text_of(failure));
    std::rethrow_exception(failure);
}

Monitor::awaitable<void> Monitor::revive(RestoreOptions options, model::GuestSpec spec) {
    facts_.reason = DownReason::none;
    enter(VmState::restoring);
    co_await engine_.destroy();
    co_await engine_.restore(options.file, std::move(spec), facts_.generation + 1);
    ++facts_.generation;
    spec_ = this->spec();
    if (!options.paused) co_await engine_.unpause();
    enter(options.paused ? VmState::paused : VmState::running);
    std::error_code ignored;
    if (options.remove_file) std::filesystem::remove(options.file, ignored);
}

Monitor::awaitable<void> Monitor::set_memory_target(std::int64_t memory_kib) {
    co_await engine_.set_memory_target(memory_kib);
    read_domain();
    tell(connect::notify_power, "");
}

// ---- what happens to the domain

void Monitor::on_domain(DomainNews news, std::int64_t value) {
    switch (news) {
        case DomainNews::died:
            return look();
        case DomainNews::device_model_died:
            log::error("device model ended domid={}", facts_.domid);
            return on_death(DownReason::crash);
        case DomainNews::rtc_changed:
            return tell(connect::notify_rtc, "rtc:" + std::to_string(value));
        case DomainNews::guest_told:
            read_domain();
            tell(connect::notify_power, "");
            changed_.wake();
            return;
        case DomainNews::acpi_changed:
            facts_.acpi = static_cast<int>(value);
            tell(connect::notify_power, "power-state:" + std::to_string(value));
            changed_.wake();
            return;
    }
}

// While a domain is being built, saved or destroyed its operation knows best; otherwise what the hypervisor says
// counts.
void Monitor::look() {
    if (ending_ > 0) return;
    const States settled{VmState::created, VmState::running, VmState::paused, VmState::shutdowning, VmState::rebooting};
    if (std::find(settled.begin(), settled.end(), facts_.state) == settled.end()) return;
    const auto domain = engine_.read();
    if (!domain) return on_death(DownReason::none);
    if (domain->phase == DomainPhase::dead) return on_death(domain->death);
}

void Monitor::on_death(DownReason reason) {
    if (burying_) return;
    burying_ = true;
    boost::asio::co_spawn(executor_, bury(reason), boost::asio::detached);
}

Monitor::awaitable<void> Monitor::bury(DownReason reason) {
    log::info("domain ended domid={} reason={}", facts_.domid, model::word(reason));
    if (reason == DownReason::crash) tell(connect::notify_error, "error:domain crashed");
    const DeathAction action = action_after(reason, spec_);
    facts_.reason = last_death_ = reason;
    const bool keep = action == DeathAction::preserve && reason != DownReason::none;
    if (!keep) co_await engine_.destroy();
    burying_ = false;
    enter(reason == DownReason::reboot ? VmState::rebooted : VmState::shutdown);
    if (action != DeathAction::reboot) co_return;
    try {
        co_await start(spec_for_restart(), false);
    } catch (const Failure& failure) {
        log::error("restart failed cause={}", failure.what());
    }
}

model::GuestSpec Monitor::spec_for_restart() const try {
    return renewed_ ? renewed_() : spec_;
} catch (const Failure& failure) {
    log::error("restarting with the configuration it had cause={}", failure.what());
    return spec_;
}

// A guest may be faster than the answer to what it is told: then its burial has cut the request short.
Monitor::awaitable<void> Monitor::told(awaitable<void> request) {
    const std::exception_ptr failure = co_await attempt(std::move(request));
    if (!failure || burying_ || !alive()) co_return;
    if (facts_.state == VmState::shutdowning || facts_.state == VmState::rebooting)
        if (const auto domain = engine_.read()) enter(state_of(*domain));
    std::rethrow_exception(failure);
}

Monitor::awaitable<void> Monitor::wait_while_alive(Milliseconds limit) {
    const auto end = Steady::now() + limit;
    const std::int64_t generation = facts_.generation;
    while (alive() && facts_.generation == generation && Steady::now() < end)
        co_await changed_.wait(end);
    look();
}

Monitor::awaitable<void> Monitor::await_death(DownReason wanted, Milliseconds limit) {
    const std::int64_t generation = facts_.generation;
    co_await wait_while_alive(limit);
    if (burying_) co_await wait_while_alive(limit);
    if (alive() && facts_.generation == generation) {
        enter(VmState::running);
        fail(errors::vm_did_not_shutdown, facts_.uuid, "still up after {} ms", limit.count());
    }
    if (last_death_ != wanted)
        fail(errors::vm_shutdown_wrong_reason, facts_.uuid, "{} instead of {}", model::word(last_death_),
             model::word(wanted));
}

// ---- state and news

bool Monitor::alive() const { return model::is_running(facts_.state) && facts_.state != VmState::suspended; }

void Monitor::require(States allowed, std::string_view operation) {
    look();
    if (burying_ || ending_ > 0 || std::find(allowed.begin(), allowed.end(), facts_.state) == allowed.end())
        fail(errors::vm_bad_state, facts_.uuid, "it is {}, {} is not possible", to_string(facts_.state), operation);
}

void Monitor::read_domain() {
    const auto domain = engine_.read();
    facts_.domid = domain ? domain->domid : -1;
    facts_.stubdomid = domain ? domain->stubdomid : -1;
    facts_.acpi = domain ? domain->acpi : 5;
    facts_.memory_kib = domain ? domain->memory_kib : 0;
    facts_.booted = domain && domain->booted;
    facts_.drivers = domain ? domain->drivers : model::PvDrivers{};
    facts_.spec_digest = domain ? connect::spec_digest(spec_) : "";
}

void Monitor::enter(VmState state) {
    read_domain();
    if (facts_.state == state) return;
    log::info("state={}->{} domid={}", to_string(facts_.state), to_string(state), facts_.domid);
    facts_.state = state;
    tell(connect::notify_vm_state, "vm:state:" + std::string{to_string(state)});
    changed_.wake();
}

void Monitor::tell(int code, const std::string& message) { news_.on_news(code, message, facts_); }

}    // namespace xm::xenvm
