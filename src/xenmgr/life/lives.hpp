#pragma once
// The lives of all VMs: carries out commands, follows what monitors report, and keeps both in step through the machine.
// Owned by main beside the manager, outlives no interface it was given. Everything happens on one loop; a command
// waits for its own VM only. Public calls may be made from any coroutine, also from LifeListener's functions through
// co_spawn.
//
// Commands fail with errors::no_such_vm, wrong_state, start_in_flight, vm_busy (another operation is on its way),
// operation_cancelled (destroy came in between), vm_running (deletion), the failures of their plan's steps
// (timed_out and its kin, hook_failed, domain_died, ...), and what the monitor answers.

#include "connect/guest_agents.hpp"
#include "connect/hooks.hpp"
#include "connect/host_files.hpp"
#include "connect/monitor.hpp"
#include "xenmgr/life/builds.hpp"
#include "xenmgr/life/plans.hpp"
#include "xenmgr/life/surroundings.hpp"
#include "xenmgr/life/vm_life.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <unordered_map>

namespace xm::xenmgr {

enum class InsteadOf : bool { skip, honour };    // the hook that stands in for a start

class Lives final : private connect::MonitorEvents {
public:
    template <class T = void>
    using awaitable = boost::asio::awaitable<T>;

    struct Parts {
        connect::Monitors& monitors;
        connect::Hooks& hooks;
        connect::HostFiles& files;
        Configuration& configuration;
        LifeListener& listener;
        connect::GuestAgents* agents = nullptr;    // none: no guest has an agent
    };

    using Machine = std::optional<Edge> (*)(State, Event);

    // `machine`: the table to live by; only tests have another one.
    Lives(boost::asio::any_io_executor executor, Parts parts, Limits limits = {}, Machine machine = &step);
    ~Lives() override;
    Lives(const Lives&) = delete;
    Lives& operator=(const Lives&) = delete;

    // Which VMs there are. A VM that is added is taken for stopped until recover() or its monitor says otherwise.
    void add(const Uuid& uuid);
    void remove(const Uuid& uuid);                   // whatever its state; nobody is told
    const VmLife* find(const Uuid& uuid) const;      // null: unknown; valid until the next change
    model::VmState shown(const Uuid& uuid) const;    // public state; an unknown VM is stopped
    int acpi_state(const Uuid& uuid) const;          // property acpi-state
    bool running(const Uuid& uuid) const;

    // After all VMs were added, once: meets the monitors that outlived the last manager. Returns when every one of them
    // has answered or had its time; those that did not are `unknown` and asked again in the background.
    awaitable<> recover();

    awaitable<> start(Uuid uuid, InsteadOf hook = InsteadOf::honour);
    awaitable<> shutdown(Uuid uuid);
    awaitable<> reboot(Uuid uuid);
    awaitable<> pause(Uuid uuid);
    awaitable<> unpause(Uuid uuid);
    awaitable<> destroy(Uuid uuid);
    awaitable<> sleep(Uuid uuid);
    awaitable<> resume(Uuid uuid);
    awaitable<> hibernate(Uuid uuid);
    awaitable<> suspend_to_file(Uuid uuid, std::string file);
    awaitable<> resume_from_file(Uuid uuid, std::string file);
    awaitable<> erase(Uuid uuid);    // delete; host policy is the caller's business

    // The state it is in has lasted too long; for tests, which cannot wait that long.
    void lose_patience(const Uuid& uuid) { on_patience_over(uuid); }

    // For commands that have no part in the life cycle (devices, memory target). Failures as Monitors::call;
    // wrong_state without a monitor.
    awaitable<std::string> ask_monitor(Uuid uuid, std::string command, StringMap params);

private:
    struct Request {
        Event command;
        InsteadOf hook = InsteadOf::honour;
        std::string file = {};
        bool continues = false;    // the rest of a start that lost its owner
    };
    enum class Launch : bool { fresh, adopt };
    using Clock = std::chrono::steady_clock;

    // lives.cpp: records, facts to events to effects
    void on_facts(const Uuid& uuid, const model::MonitorFacts& facts) override;
    void on_notify(const Uuid& uuid, int code, const std::string& message) override;
    void on_monitor_lost(const Uuid& uuid) override;
    VmLife* lookup(const Uuid& uuid);
    Activity& activity(VmLife& vm);
    void absorb(const Uuid& uuid, const model::MonitorFacts& facts);
    void hear_of_drivers(const Uuid& uuid, const model::PvDrivers& drivers);
    void happen(const Uuid& uuid, Event event, int departed_domid = -1);
    void enter(const Uuid& uuid, VmLife& vm, State state);
    void apply(const Uuid& uuid, Effect effect, int departed_domid);
    void arm_patience(const Uuid& uuid, VmLife& vm);
    void on_patience_over(const Uuid& uuid);
    void wake(const Uuid& uuid);
    void tidy(const Uuid& uuid);

    // lives_tell.cpp: listener and hooks
    void announce(const Uuid& uuid);
    void announce_acpi(const Uuid& uuid);
    void queue_hook(const Uuid& uuid, std::string hooks, StringList arguments);
    awaitable<> run_queued_hooks(Uuid uuid);

    // lives_commands.cpp: one command from its admission to its end
    awaitable<> command(Uuid uuid, Request request);
    EffectList admitted(const Uuid& uuid, const Request& request);
    std::uint64_t begin(VmLife& vm, Event command);
    void finish(const Uuid& uuid);
    VmLife& current(const Uuid& uuid, std::uint64_t operation);    // operation_cancelled if it is not any longer
    bool is_current(const Uuid& uuid, std::uint64_t operation);
    awaitable<> carry_out(Uuid uuid, Request request, std::uint64_t operation);
    awaitable<> carry_out_start(Uuid uuid, Request request, std::uint64_t operation);
    awaitable<StartContext> start_context(Uuid uuid, InsteadOf hook);
    Plan decide(const Uuid& uuid, const Request& request);
    awaitable<> perform(Uuid uuid, std::uint64_t operation, Plan plan);
    awaitable<> undo(Uuid uuid, std::uint64_t operation, Plan plan, std::size_t failed);

    // lives_steps.cpp: one step
    bool perform_at_once(const Uuid& uuid, const Step& step);    // false: the step waits for something
    awaitable<> perform(Uuid uuid, std::uint64_t operation, Step step);
    awaitable<> run_hooks(Uuid uuid, std::string property, std::chrono::milliseconds limit);
    awaitable<> start_dependency(Uuid uuid, std::chrono::milliseconds limit);
    awaitable<> wait_for_adoption(Uuid uuid, std::chrono::milliseconds limit);
    awaitable<> ask(Uuid uuid, std::string command, StringMap params, Step step);
    awaitable<> destroy_domain(Uuid uuid, std::chrono::milliseconds limit);
    awaitable<> silence(Uuid uuid);
    awaitable<> create_domain(Uuid uuid, Step step);
    awaitable<> unpause(Uuid uuid, Step step);
    awaitable<> restore_domain(Uuid uuid, Step step);
    awaitable<> wait_for(Uuid uuid, std::uint64_t operation, Step step);
    void declare_down(const Uuid& uuid);

    // lives_monitors.cpp: getting, losing and leaving monitors
    awaitable<> launch(Uuid uuid, Launch kind, std::chrono::milliseconds limit);
    awaitable<model::MonitorFacts> launch_or_attach(Uuid uuid, Launch kind, std::chrono::milliseconds limit);
    awaitable<model::MonitorFacts> launch_or_attach_once(Uuid uuid, Launch kind, std::chrono::milliseconds limit);
    awaitable<> replace_monitor(Uuid uuid, std::chrono::milliseconds limit);
    awaitable<> quit_monitor(Uuid uuid);
    void welcome(const Uuid& uuid, const model::MonitorFacts& facts);
    awaitable<> meet(Uuid uuid);
    awaitable<> adopt(Uuid uuid);
    awaitable<> look_again(Uuid uuid);
    bool is_done_with_monitor(const Uuid& uuid) const;
    void retire_if_done(const Uuid& uuid);
    awaitable<> retire(Uuid uuid);
    awaitable<> dismiss(Uuid uuid);

    // lives_background.cpp: what goes on without a caller
    void restart_if_due(const Uuid& uuid);
    awaitable<> restart(Uuid uuid);
    awaitable<> keep_alive(Uuid uuid);
    awaitable<> wake_up(Uuid uuid);

    boost::asio::any_io_executor executor_;
    Parts parts_;
    Limits limits_;
    Builds builds_;
    Machine machine_;
    std::unordered_map<Uuid, VmLife> vms_;
    std::uint64_t last_operation_ = 0;
    std::size_t unmet_ = 0;    // monitors that recover() still waits for
    connect::WakeList met_;
};

}    // namespace xm::xenmgr
