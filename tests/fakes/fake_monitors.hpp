#pragma once
// Monitors and their domains in memory. A domain survives its monitor, as in real life; each VM can be given faults.
// State in, state out: tests look at `machines` and at what was asked.

#include "base/failure.hpp"
#include "connect/monitor.hpp"
#include "connect/wake_list.hpp"
#include "gen/errors.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <string>
#include <vector>

namespace xm::fakes {

struct FakeMachine {
    model::MonitorFacts facts;    // of the monitor; its domid is that of the domain
    bool monitor = false;         // a monitor process is there
    bool attached = false;
    int domains = 0;    // that exist now; more than one is what must never happen
    int domains_made = 0;
    std::vector<std::string> asked;

    // Faults
    bool hung = false;                             // stopped by SIGSTOP: accepts, never answers
    bool hang_start = false;                       // start never ends
    bool refuse_shutdown = false;                  // the guest ignores it
    std::chrono::milliseconds destroy_takes{0};    // the monitor answers other questions meanwhile
    bool lose_events = false;
    std::string refuse;    // a command that fails with vm_bad_state
};

class FakeMonitors final : public connect::Monitors {
public:
    using Milliseconds = std::chrono::milliseconds;
    template <class T = void>
    using awaitable = boost::asio::awaitable<T>;

    explicit FakeMonitors(boost::asio::any_io_executor executor) : executor_{std::move(executor)} {}

    std::map<Uuid, FakeMachine> machines;
    int launches = 0;

    FakeMachine& operator[](const Uuid& uuid) { return machines[uuid]; }

    // ---- what happens to a machine from outside

    void guest_ends(const Uuid& uuid, model::DownReason reason) {
        end_domain(uuid, reason == model::DownReason::reboot ? model::VmState::rebooted : model::VmState::shutdown,
                   reason);
    }

    void guest_sleeps(const Uuid& uuid, int acpi) {
        machines[uuid].facts.acpi = acpi;
        tell(uuid);
    }

    void guest_boots(const Uuid& uuid) {
        machines[uuid].facts.booted = true;
        tell(uuid);
    }

    void guest_says(const Uuid& uuid, model::PvDrivers drivers) {
        machines[uuid].facts.drivers = std::move(drivers);
        tell(uuid);
    }

    void monitor_dies(const Uuid& uuid) {
        FakeMachine& machine = machines[uuid];
        machine.monitor = false;
        machine.hung = false;
        ended_.wake();
        if (!std::exchange(machine.attached, false)) return;
        boost::asio::post(executor_, [this, uuid] { events_->on_monitor_lost(uuid); });
    }

    // The facts once more, as after an event of no consequence.
    void repeat(const Uuid& uuid) { events_->on_facts(uuid, machines[uuid].facts); }

    // ---- connect::Monitors

    void listen(connect::MonitorEvents& events) override { events_ = &events; }

    awaitable<std::vector<Uuid>> running() override {
        std::vector<Uuid> result;
        for (const auto& [uuid, machine] : machines)
            if (machine.monitor) result.push_back(uuid);
        co_return result;
    }

    awaitable<model::MonitorFacts> launch(Uuid uuid, bool adopt, Milliseconds deadline) override {
        ++launches;
        co_await a_moment();
        FakeMachine& machine = machines[uuid];
        if (machine.monitor) fail(errors::monitor_exists, uuid.text(), "");
        if (!adopt && machine.domains != 0) fail(errors::domain_exists, uuid.text(), "");
        machine.monitor = true;
        machine.facts.pid = ++last_pid_;
        if (machine.domains == 0) machine.facts = empty(uuid, machine);
        co_return co_await attach(uuid, deadline);
    }

    awaitable<model::MonitorFacts> attach(Uuid uuid, Milliseconds deadline) override {
        co_await answer_from(uuid, deadline);
        machines[uuid].attached = true;
        co_return machines[uuid].facts;
    }

    awaitable<std::string> call(Uuid uuid, std::string command, StringMap params, Milliseconds deadline) override {
        machines[uuid].asked.push_back(command);
        co_await answer_from(uuid, deadline);
        if (machines[uuid].refuse == command) fail(errors::vm_bad_state, uuid.text(), "refused");
        if (command == "start" || command == "restore")
            co_await start(uuid, command == "restore", deadline);
        else if (command == "shutdown")
            co_await shutdown(uuid, deadline);
        else if (command == "destroy")
            co_await destroy(uuid, deadline);
        else
            at_once(uuid, command, params);
        co_return "";
    }

    void kill(Uuid uuid) override { monitor_dies(uuid); }
    void forget(Uuid uuid) override { machines[uuid].attached = false; }

private:
    awaitable<> a_moment() { co_await boost::asio::post(executor_, boost::asio::use_awaitable); }

    awaitable<> answer_from(Uuid uuid, Milliseconds deadline) {
        co_await a_moment();
        const auto end = std::chrono::steady_clock::now() + deadline;
        while (machines[uuid].monitor && machines[uuid].hung && std::chrono::steady_clock::now() < end)
            co_await ended_.wait(end);
        if (machines[uuid].hung) fail(errors::monitor_timeout, uuid.text(), "");
        if (!machines[uuid].monitor) fail(errors::monitor_unreachable, uuid.text(), "");
    }

    awaitable<> start(Uuid uuid, bool restores, Milliseconds deadline) {
        using model::VmState;
        enter(uuid, restores ? VmState::restoring : VmState::creating_domain);
        co_await a_moment();
        FakeMachine& machine = machines[uuid];
        ++machine.domains;
        ++machine.domains_made;
        ++machine.facts.generation;
        machine.facts.domid = ++last_domid_;
        machine.facts.acpi = 0;
        machine.facts.reason = model::DownReason::none;
        const auto generation = machine.facts.generation;
        if (!restores) enter(uuid, VmState::creating_devices);
        const auto end = std::chrono::steady_clock::now() + deadline;
        while (machine.hang_start && machine.monitor && std::chrono::steady_clock::now() < end && machine.domains != 0)
            co_await ended_.wait(end);
        co_await a_moment();
        if (machine.hang_start) fail(errors::monitor_timeout, uuid.text(), "");
        if (!machine.monitor) fail(errors::monitor_unreachable, uuid.text(), "");
        if (machine.domains == 0 || machine.facts.generation != generation)
            fail(errors::operation_cancelled, uuid.text(), "");
        enter(uuid, restores ? VmState::paused : VmState::created);
    }

    awaitable<> shutdown(Uuid uuid, Milliseconds deadline) {
        enter(uuid, model::VmState::shutdowning);
        const auto end = std::chrono::steady_clock::now() + deadline;
        while (machines[uuid].refuse_shutdown && machines[uuid].domains != 0 && std::chrono::steady_clock::now() < end)
            co_await ended_.wait(end);
        if (machines[uuid].domains == 0) co_return;
        if (!machines[uuid].refuse_shutdown) co_return guest_ends(uuid, model::DownReason::halt);
        enter(uuid, model::VmState::running);
        fail(errors::vm_did_not_shutdown, uuid.text(), "");
    }

    awaitable<> destroy(Uuid uuid, Milliseconds deadline) {
        boost::asio::steady_timer timer{executor_, std::min(machines[uuid].destroy_takes, deadline)};
        co_await timer.async_wait(boost::asio::use_awaitable);
        if (machines[uuid].destroy_takes > deadline) fail(errors::monitor_timeout, uuid.text(), "");
        end_domain(uuid, model::VmState::shutdown, model::DownReason::halt);
    }

    void at_once(const Uuid& uuid, const std::string& command, const StringMap& params) {
        using model::VmState;
        FakeMachine& machine = machines[uuid];
        if (command == "unpause") enter(uuid, VmState::running);
        if (command == "pause") enter(uuid, VmState::paused);
        if (command == "restart") guest_ends(uuid, model::DownReason::reboot);
        if (command == "suspend") end_domain(uuid, VmState::suspended, model::DownReason::suspend);
        if (command == "s3suspend") guest_sleeps(uuid, 3);
        if (command == "trigger" && params.at("params") == "s3resume") guest_sleeps(uuid, 0);
        if (command == "s4suspend") {
            guest_sleeps(uuid, 4);
            guest_ends(uuid, model::DownReason::halt);
        }
        if (command == "quit") {
            machine.monitor = false;
            if (std::exchange(machine.attached, false)) events_->on_monitor_lost(uuid);
        }
    }

    void end_domain(const Uuid& uuid, model::VmState state, model::DownReason reason) {
        FakeMachine& machine = machines[uuid];
        if (machine.domains != 0) --machine.domains;
        machine.facts.domid = -1;
        machine.facts.acpi = 5;
        machine.facts.booted = false;
        machine.facts.drivers = {};
        machine.facts.reason = reason;
        ended_.wake();
        enter(uuid, state);
    }

    void enter(const Uuid& uuid, model::VmState state) {
        machines[uuid].facts.state = state;
        tell(uuid);
    }

    void tell(const Uuid& uuid) {
        const FakeMachine& machine = machines[uuid];
        if (machine.monitor && machine.attached && !machine.hung && !machine.lose_events) repeat(uuid);
    }

    model::MonitorFacts empty(const Uuid& uuid, const FakeMachine& machine) const {
        model::MonitorFacts facts;
        facts.uuid = uuid.text();
        facts.pid = machine.facts.pid;
        return facts;
    }

    boost::asio::any_io_executor executor_;
    connect::MonitorEvents* events_ = nullptr;
    connect::WakeList ended_;
    int last_pid_ = 1000;
    int last_domid_ = 0;
};

}    // namespace xm::fakes
