#pragma once
// Lives with everything around it faked, and a loop to run it on.

#include "fakes/fake_guest_agents.hpp"
#include "fakes/fake_hooks.hpp"
#include "fakes/fake_host_files.hpp"
#include "fakes/fake_monitors.hpp"
#include "xenmgr/life/lives.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace xm::xenmgr::test {

using namespace std::chrono_literals;
using model::DownReason;
using model::VmState;
using std::chrono::milliseconds;

inline const Uuid vm_a = *Uuid::parse("aaaaaaaa-1111-4111-8111-111111111111");
inline const Uuid vm_b = *Uuid::parse("bbbbbbbb-2222-4222-8222-222222222222");

struct BenchConfiguration final : Configuration {
    std::map<Uuid, LifeSettings> all;
    std::map<Uuid, std::vector<Uuid>> needs;
    std::string host_state = "idle";
    std::vector<Uuid> erased;

    LifeSettings settings(const Uuid& uuid) const override {
        const auto found = all.find(uuid);
        return found == all.end() ? LifeSettings{} : found->second;
    }
    void set_hibernated(const Uuid& uuid, bool hibernated) override { all[uuid].hibernated = hibernated; }
    awaitable<StartContext> start_context(Uuid uuid) override {
        StartContext context;
        context.host_state = host_state;
        for (const Uuid& other : needs[uuid])
            context.dependencies.push_back({.uuid = other});
        co_return context;
    }
    awaitable<BootContext> boot_context(Uuid) override { co_return BootContext{}; }
    awaitable<model::GuestSpec> spec(Uuid uuid) override {
        model::GuestSpec spec;
        spec.uuid = uuid.text();
        co_return spec;
    }
    std::vector<std::string> images_used_elsewhere(const Uuid&) const override { return {}; }
    awaitable<> erase(Uuid uuid) override {
        erased.push_back(uuid);
        co_return;
    }
};

struct BenchListener final : LifeListener {
    std::vector<std::string> news;    // "a running 0", "a up", "a down crash", ...

    void add(const Uuid& uuid, const std::string& what) { news.push_back(uuid.text().substr(0, 1) + " " + what); }

    void state_changed(const Uuid& uuid, VmState shown, int acpi) override {
        add(uuid, std::string{model::shown_as(shown)} + " " + std::to_string(acpi));
    }
    void acpi_changed(const Uuid& uuid, VmState, int acpi) override { add(uuid, "acpi " + std::to_string(acpi)); }
    void snapshot_state_set(const Uuid& uuid, model::SnapshotState state) override {
        add(uuid, "snapshot " + std::string{model::word(state)});
    }
    void domain_created(const Uuid& uuid) override { add(uuid, "made"); }
    void drivers_told(const Uuid& uuid, const model::PvDrivers& drivers) override {
        add(uuid, "drivers " + std::string{model::word(drivers.said)} + " " + drivers.version);
    }
    void came_up(const Uuid& uuid) override { add(uuid, "up"); }
    void went_down(const Uuid& uuid, int, DownReason reason) override {
        add(uuid, "down " + std::string{model::word(reason)});
    }
    void deleted(const Uuid& uuid) override { add(uuid, "deleted"); }
    void notified(const Uuid&, const std::string&) override {}

    int count(const std::string& line) const { return static_cast<int>(std::count(news.begin(), news.end(), line)); }
};

// So long that they are over for nobody, however busy the machine is. A test that waits for the end of one says how
// long it is: Bench::with.
inline Limits generous() {
    Limits limits;
    for (auto* limit :
         {&limits.hook, &limits.launch, &limits.create, &limits.created, &limits.dependency, &limits.command,
          &limits.unpaused, &limits.shutdown, &limits.wake, &limits.resume, &limits.sleep, &limits.agent, &limits.save,
          &limits.destroy, &limits.replace, &limits.down, &limits.adopt, &limits.booted})
        *limit = 60s;
    limits.look = 60s;
    limits.others = 20ms;
    limits.retry_first = 5ms;
    limits.retry_last = 40ms;
    return limits;
}

struct Bench {
    explicit Bench(std::initializer_list<Uuid> vms = {vm_a}) { renew(vms); }

    boost::asio::io_context loop{1};
    fakes::FakeMonitors monitors{loop.get_executor()};
    fakes::FakeHooks hooks;
    fakes::FakeHostFiles files;
    fakes::FakeGuestAgents agents;
    BenchConfiguration configuration;
    BenchListener listener;
    Limits limits = generous();
    std::optional<Lives> lives;

    void with(milliseconds Limits::* limit, milliseconds time, std::initializer_list<Uuid> vms = {vm_a}) {
        limits.*limit = time;
        renew(vms);
    }

    // A new Lives that knows nothing, as after a restart of the manager.
    void renew(std::initializer_list<Uuid> vms = {vm_a}) {
        lives.emplace(loop.get_executor(), Lives::Parts{monitors, hooks, files, configuration, listener, &agents},
                      limits);
        for (const Uuid& uuid : vms)
            lives->add(uuid);
    }

    // Until the command ends: its error's symbol, or "".
    template <class T>
    std::string run(boost::asio::awaitable<T> command) {
        auto result = spawn(std::move(command));
        loop.restart();
        while (!*result && loop.run_one() != 0) {
        }
        return result->value_or("never ended");
    }

    template <class T>
    std::shared_ptr<std::optional<std::string>> spawn(boost::asio::awaitable<T> command) {
        auto result = std::make_shared<std::optional<std::string>>();
        boost::asio::co_spawn(loop, std::move(command), [result](const std::exception_ptr& error, const auto&...) {
            *result = "";
            if (!error) return;
            try {
                std::rethrow_exception(error);
            } catch (const Failure& failure) {
                *result = std::string{failure.info().symbol};
            } catch (const std::exception& e) {
                *result = e.what();
            }
        });
        return result;
    }

    // What is to happen within this time happens, even if the machine stands still for most of it: that is one of many
    // turns.
    void run_for(std::chrono::milliseconds time) {
        for (auto turn = 0ms; turn < time; turn += 1ms) {
            loop.restart();
            loop.run_for(1ms);
            loop.poll();
        }
    }

    // Until it is so; on a busy machine that may take a while.
    template <class Condition>
    bool run_until(Condition&& done) {
        const auto end = std::chrono::steady_clock::now() + 60s;
        while (!done() && std::chrono::steady_clock::now() < end) {
            loop.restart();
            loop.run_one_for(10ms);
        }
        return done();
    }

    State state(const Uuid& uuid = vm_a) const { return lives->find(uuid)->state; }
};

}    // namespace xm::xenmgr::test
