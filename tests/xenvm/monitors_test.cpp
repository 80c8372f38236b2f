#include "yard.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <set>

using namespace xm;
using test::Yard;
using namespace std::chrono_literals;
using Words = std::vector<std::string>;

namespace {

// How often the process was put to sleep or run since its start: grows with every wake-up.
long switches_of(std::int64_t pid) {
    std::ifstream status{fmt::format("/proc/{}/status", pid)};
    long sum = 0;
    for (std::string line; std::getline(status, line);)
        if (line.find("ctxt_switches") != std::string::npos) sum += std::stol(line.substr(line.find(':') + 1));
    return sum;
}

}    // namespace

TEST_CASE("events that a command causes arrive in order and before its result") {
    Yard yard;
    const Uuid id = Yard::uuid(1);
    CHECK(yard.launch(id).state == model::VmState::shutdown);
    yard.start(id);
    CHECK(yard.events.said[id] ==
          Words{"vm:state:creating-domain", "vm:state:creating-devices", "vm:state:created", "vm:state:running"});
    CHECK(yard.events.last[id].domid == 1);
    yard.call(id, "shutdown");
    CHECK(yard.events.last[id].state == model::VmState::shutdown);
    CHECK(yard.events.last[id].reason == model::DownReason::halt);
}

TEST_CASE("a monitor's refusal arrives as the error that it is") {
    Yard yard;
    const Uuid id = Yard::uuid(1);
    yard.launch(id);
    CHECK(yard.failure_of(yard.monitors->call(id, "pause", {}, test::patience)) == "vm_bad_state");
    CHECK(yard.failure_of(yard.monitors->call(id, "dance", {}, test::patience)) == "unknown_method");
    CHECK(yard.failure_of(yard.monitors->call(Yard::uuid(9), "facts", {}, test::patience)) == "monitor_unreachable");
    const auto spec = connect::to_json(yard.spec(id, "no-such-fault"));
    CHECK(yard.failure_of(yard.monitors->call(id, "start", {{"spec", spec}}, test::patience)) == "bad_sim_fault");
}

TEST_CASE("a domain survives the violent death of its monitor and is taken over") {
    Yard yard;
    const Uuid id = Yard::uuid(1);
    const auto first = yard.launch(id);
    yard.start(id, "halt-after:100000");
    const auto before = yard.facts(id);
    ::kill(static_cast<pid_t>(first.pid), SIGKILL);
    REQUIRE(yard.until([&] { return !yard.events.lost.empty(); }));
    REQUIRE(yard.until([&] { return !yard.has_monitor(id); }));
    CHECK(yard.run(yard.monitors->running()) == std::vector<Uuid>{id});
    CHECK(yard.failure_of(yard.monitors->attach(id, test::patience)) == "monitor_unreachable");

    CHECK(yard.failure_of(yard.monitors->launch(id, false, test::patience)) == "domain_exists");
    auto after = yard.launch(id, true);
    CHECK(after.pid != before.pid);
    after.pid = before.pid;
    CHECK(after == before);

    yard.call(id, "sim-advance", {{"ms", "100100"}});
    REQUIRE(yard.until([&] { return yard.events.last[id].state == model::VmState::shutdown; }));
    CHECK(yard.events.last[id].reason == model::DownReason::halt);
}

TEST_CASE("a second monitor of the same machine is refused, the first goes on") {
    Yard yard;
    const Uuid id = Yard::uuid(1);
    yard.launch(id);
    CHECK(yard.failure_of(yard.monitors->launch(id, true, test::patience)) == "monitor_exists");
    CHECK(yard.call(id, "get-status") == "shutdown");
}

TEST_CASE("of many monitors that are started for one machine at once exactly one stays") {
    Yard yard;
    const Uuid id = Yard::uuid(1);
    std::vector<std::shared_ptr<Yard::Outcome>> outcomes;
    for (int i = 0; i < 8; ++i)
        outcomes.push_back(yard.begin(yard.monitors->launch(id, true, test::patience)));
    REQUIRE(yard.until([&] { return std::ranges::all_of(outcomes, [](const auto& o) { return o->done; }); },
                       test::patience));
    CHECK(std::ranges::count_if(outcomes, [](const auto& o) { return !o->failure; }) == 1);
    yard.pids.push_back(yard.facts(id).pid);
}

TEST_CASE("a stopped monitor costs a caller its deadline and nobody else anything") {
    Yard yard;
    const Uuid stuck = Yard::uuid(1);
    const Uuid well = Yard::uuid(2);
    const auto pid = static_cast<pid_t>(yard.launch(stuck).pid);
    yard.start(stuck);
    yard.launch(well);
    ::kill(pid, SIGSTOP);

    const auto began = std::chrono::steady_clock::now();
    const auto call = yard.begin(yard.monitors->call(stuck, "get-status", {}, 500ms));
    CHECK(yard.call(well, "get-status") == "shutdown");
    CHECK((!call->done || std::chrono::steady_clock::now() - began >= 500ms));    // the machine may be slow itself
    REQUIRE(yard.until([&] { return call->done; }));
    CHECK(call->symbol() == "monitor_timeout");
    CHECK(yard.failure_of(yard.monitors->attach(stuck, 200ms)) == "monitor_timeout");
    CHECK(yard.run(yard.monitors->running()) == std::vector<Uuid>{stuck, well});

    SECTION("it can be killed, and its domain taken over") {
        yard.monitors->kill(stuck);
        REQUIRE(yard.until([&] { return !yard.events.lost.empty(); }));
        REQUIRE(yard.until([&] { return !yard.has_monitor(stuck); }));
        CHECK(yard.launch(stuck, true).state == model::VmState::running);
    }
    SECTION("it can be killed by one who never was attached") {
        yard.connect_again();
        yard.monitors->kill(stuck);
        CHECK(yard.until([&] { return !yard.has_monitor(stuck); }));
    }
    SECTION("it goes on where it was when it may run again") {
        ::kill(pid, SIGCONT);
        CHECK(yard.call(stuck, "get-status") == "running");
    }
}

TEST_CASE("a new client finds the monitors that run and their facts") {
    Yard yard;
    for (int n = 1; n <= 3; ++n)
        yard.launch(Yard::uuid(n));
    yard.start(Yard::uuid(2));
    yard.connect_again();
    CHECK(yard.run(yard.monitors->running()) == std::vector<Uuid>{Yard::uuid(1), Yard::uuid(2), Yard::uuid(3)});
    CHECK(yard.run(yard.monitors->attach(Yard::uuid(2), test::patience)).state == model::VmState::running);
    yard.call(Yard::uuid(2), "destroy");
    CHECK(yard.events.said[Yard::uuid(2)] == Words{"vm:state:shutdown"});
}

TEST_CASE("a monitor that was forgotten goes on and is not reported lost") {
    Yard yard;
    const Uuid id = Yard::uuid(1);
    yard.launch(id);
    yard.monitors->forget(id);
    CHECK(yard.call(id, "get-status") == "shutdown");
    yard.call(id, "quit");
    yard.until([] { return false; }, 100ms);
    CHECK(yard.events.lost.empty());
}

TEST_CASE("quit ends the monitor, cleans up after it and leaves the domain") {
    Yard yard;
    const Uuid id = Yard::uuid(1);
    yard.launch(id);
    yard.start(id);
    yard.call(id, "quit");
    REQUIRE(yard.until([&] { return !yard.events.lost.empty(); }));
    CHECK(yard.events.said[id].back() == "hup");
    REQUIRE(yard.until([&] { return !yard.has_monitor(id); }));
    CHECK(yard.run(yard.monitors->running()).empty());
    CHECK(yard.launch(id, true).domid == 1);
}

// Or a manager would take it for the monitor of the domain that it is about to make.
TEST_CASE("a monitor that was told to quit takes no subscriber") {
    Yard yard;
    const Uuid id = Yard::uuid(1);
    const auto pid = static_cast<pid_t>(yard.launch(id).pid);
    yard.monitors->forget(id);
    ::kill(pid, SIGSTOP);
    const auto quit = yard.begin(yard.monitors->call(id, "quit", {}, test::patience));
    const auto attach = yard.begin(yard.monitors->attach(id, test::patience));
    yard.until([] { return false; }, 50ms);    // both requests are there, in this order
    ::kill(pid, SIGCONT);
    REQUIRE(yard.until([&] { return quit->done && attach->done; }));
    CHECK(!quit->failure);
    CHECK(attach->symbol() == "monitor_unreachable");
}

TEST_CASE("fifty monitors start together, work together and cost nothing when idle") {
    constexpr int count = 50;
    Yard yard;
    std::vector<std::shared_ptr<Yard::Outcome>> outcomes;
    const auto all_done = [&] { return std::ranges::all_of(outcomes, [](const auto& o) { return o->done; }); };
    const auto all_well = [&] { return std::ranges::all_of(outcomes, [](const auto& o) { return !o->failure; }); };

    for (int n = 1; n <= count; ++n)
        outcomes.push_back(yard.begin(yard.monitors->launch(Yard::uuid(n), false, test::patience)));
    REQUIRE(yard.until(all_done, test::patience));
    for (int n = 1; n <= count; ++n)
        yard.pids.push_back(yard.facts(Yard::uuid(n)).pid);
    REQUIRE(all_well());

    outcomes.clear();
    for (int n = 1; n <= count; ++n) {
        const Uuid id = Yard::uuid(n);
        const StringMap params{{"spec", connect::to_json(yard.spec(id))}};
        outcomes.push_back(yard.begin(yard.monitors->call(id, "start", params, test::patience)));
    }
    REQUIRE(yard.until(all_done, test::patience));
    REQUIRE(all_well());
    std::set<int> domids;
    for (const auto& [id, facts] : yard.events.last)
        domids.insert(facts.domid);
    CHECK(domids.size() == count);

    const auto switches = [&] {
        long sum = 0;
        for (const std::int64_t pid : yard.pids)
            sum += switches_of(pid);
        return sum;
    };
    // Guests boot, and a second later each monitor gives memory back, once; from then on nothing happens.
    bool idle = false;
    for (int second = 0; second < 60 && !idle; ++second) {
        const long before = switches();
        yard.until([] { return false; }, 1s);
        idle = switches() == before;
    }
    CHECK(idle);
}
