#pragma once
// A directory full of real monitors, and one client of them as xenmgr has it. Whatever still runs at the end is killed.

#include "base/failure.hpp"
#include "base/log.hpp"
#include "connect/guest_json.hpp"
#include "connect/monitor_run_dir.hpp"
#include "connect/monitor_unix.hpp"
#include "fakes/scratch_dir.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <csignal>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace xm::test {

using namespace std::chrono_literals;

// A busy machine is slow, and slow is not wrong.
constexpr std::chrono::seconds patience{60};

class EventLog final : public connect::MonitorEvents {
public:
    void on_facts(const Uuid& uuid, const model::MonitorFacts& facts) override { last[uuid] = facts; }
    void on_notify(const Uuid& uuid, int, const std::string& message) override { said[uuid].push_back(message); }
    void on_monitor_lost(const Uuid& uuid) override { lost.push_back(uuid); }

    std::map<Uuid, model::MonitorFacts> last;
    std::map<Uuid, std::vector<std::string>> said;
    std::vector<Uuid> lost;
};

class Yard {
public:
    template <class T>
    using awaitable = boost::asio::awaitable<T>;

    Yard() {
        spdlog::set_level(spdlog::level::warn);
        connect_again();
    }
    ~Yard() {
        monitors.reset();
        for (const std::int64_t pid : pids)
            ::kill(static_cast<pid_t>(pid), SIGKILL);
    }

    // xenmgr restarts: a new client, the monitors go on.
    void connect_again() {
        monitors.reset();
        events = {};
        monitors = std::make_unique<connect::UnixMonitors>(
            loop.get_executor(),
            connect::UnixMonitorsSettings{
                .directory = dir.path(), .program = XENVM_PROGRAM, .options = {"--engine", "sim"}});
        monitors->listen(events);
    }

    static Uuid uuid(int n) { return *Uuid::parse(fmt::format("{:08x}-2222-4333-8444-555555555555", n)); }

    model::GuestSpec spec(const Uuid& id, const std::string& fault = "") const {
        model::GuestSpec result;
        result.uuid = id.text();
        result.memory_mib = 64;
        if (!fault.empty()) result.extra.push_back("sim-fault=" + fault);
        return result;
    }

    struct Outcome {
        bool done = false;
        std::exception_ptr failure;
        std::string symbol() const;
    };

    template <class T>
    std::shared_ptr<Outcome> begin(awaitable<T> operation, std::optional<T>* result = nullptr) {
        const auto outcome = std::make_shared<Outcome>();
        boost::asio::co_spawn(loop, std::move(operation), [outcome, result](std::exception_ptr failure, T value) {
            outcome->failure = failure;
            outcome->done = true;
            if (result && !failure) result->emplace(std::move(value));
        });
        return outcome;
    }

    // Turns the loop until the condition holds. False after `limit`.
    template <class Condition>
    bool until(Condition holds, std::chrono::milliseconds limit = patience) {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (!holds()) {
            if (std::chrono::steady_clock::now() >= end) return false;
            loop.restart();
            loop.run_one_for(20ms);    // what a condition looks at may change without an event of this loop
        }
        return true;
    }

    // To the end; the failure is thrown.
    template <class T>
    T run(awaitable<T> operation) {
        std::optional<T> result;
        const auto outcome = begin(std::move(operation), &result);
        if (!until([&] { return outcome->done; })) throw std::runtime_error{"the operation did not end"};
        if (outcome->failure) std::rethrow_exception(outcome->failure);
        return std::move(*result);
    }

    // The symbol of the failure, or "".
    template <class T>
    std::string failure_of(awaitable<T> operation) {
        try {
            run(std::move(operation));
        } catch (const Failure& failure) {
            return std::string{failure.info().symbol};
        }
        return "";
    }

    // Whether a monitor process of this machine is there: its lock is taken.
    bool has_monitor(const Uuid& id) const { return !connect::MonitorRunDir{dir.path()}.try_lock(id); }

    model::MonitorFacts launch(const Uuid& id, bool adopt = false) {
        const model::MonitorFacts facts = run(monitors->launch(id, adopt, patience));
        pids.push_back(facts.pid);
        return facts;
    }

    std::string call(const Uuid& id, const std::string& command, StringMap params = {}) {
        return run(monitors->call(id, command, std::move(params), patience));
    }

    void start(const Uuid& id, const std::string& fault = "") {
        call(id, "start", {{"spec", connect::to_json(spec(id, fault))}});
    }

    model::MonitorFacts facts(const Uuid& id) { return connect::monitor_facts_from_json(call(id, "facts")); }

    ScratchDir dir;
    boost::asio::io_context loop{1};
    EventLog events;
    std::unique_ptr<connect::UnixMonitors> monitors;
    std::vector<std::int64_t> pids;
};

inline std::string Yard::Outcome::symbol() const {
    if (!failure) return "";
    try {
        std::rethrow_exception(failure);
    } catch (const Failure& f) {
        return std::string{f.info().symbol};
    }
}

}    // namespace xm::test
