// Each fault, by what the monitor then shows.
#include "xenvm/sim_faults.hpp"

#include "bench.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace xm;
using namespace std::chrono_literals;
using test::Bench;

namespace {

bool said(const Bench& bench, const std::string& message) {
    const auto& messages = bench.news.messages;
    return std::find(messages.begin(), messages.end(), message) != messages.end();
}

struct Outcome {
    std::string fault;
    std::string state;    // after two seconds
    model::DownReason reason;
};

}    // namespace

TEST_CASE("guests that end by themselves end for the reason that was asked for") {
    const auto expected = GENERATE(Outcome{"crash-after:100", "shutdown", model::DownReason::crash},
                                   Outcome{"reboot-after:100", "rebooted", model::DownReason::reboot},
                                   Outcome{"halt-after:100", "shutdown", model::DownReason::halt},
                                   Outcome{"enter-s4", "shutdown", model::DownReason::halt},
                                   Outcome{"device-model-dies", "shutdown", model::DownReason::crash});
    INFO(expected.fault);
    Bench bench;
    REQUIRE(bench.run(bench.monitor->start(bench.spec({expected.fault}), false)).empty());
    CHECK(bench.state() == "running");
    bench.pass(2s);
    CHECK(bench.state() == expected.state);
    CHECK(bench.monitor->facts().reason == expected.reason);
    CHECK(bench.monitor->facts().domid == -1);
}

TEST_CASE("a crash is announced as an error") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec({"crash-after:1"}), false));
    bench.pass(1s);
    CHECK(said(bench, "error:domain crashed"));
}

TEST_CASE("refuse-shutdown: the request fails at its limit and the machine counts as running again") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec({"refuse-shutdown"}), false));
    const auto shutdown = bench.begin(bench.monitor->shutdown(0s));
    bench.pass(1s);
    CHECK(bench.finish(shutdown) == "vm_did_not_shutdown");
    CHECK(bench.state() == "running");
    CHECK(bench.run(bench.monitor->destroy()).empty());
}

TEST_CASE("enter-s3: the guest falls asleep once and can be woken") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec({"enter-s3"}), false));
    bench.pass(1s);
    CHECK(bench.monitor->facts().acpi == 3);
    bench.run(bench.monitor->wake());
    bench.pass(1s);
    CHECK(bench.monitor->facts().acpi == 0);
    CHECK(bench.state() == "running");
}

TEST_CASE("lose-event: nobody says that the domain died, looking finds out") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec({"lose-event", "halt-after:10"}), false));
    bench.pass(1s);
    CHECK_FALSE(said(bench, "vm:state:shutdown"));
    bench.monitor->facts();
    bench.poll();
    CHECK(said(bench, "vm:state:shutdown"));
    CHECK(bench.monitor->facts().reason == model::DownReason::halt);
}

TEST_CASE("no-memory: the start fails, and the machine is stopped") {
    Bench bench;
    CHECK(bench.run(bench.monitor->start(bench.spec({"no-memory"}), false)) == "not_enough_memory");
    CHECK(bench.state() == "shutdown");
    CHECK(bench.monitor->facts().generation == 0);
}

TEST_CASE("slow: operations take their time, and destroy does not wait for them") {
    Bench bench;
    const auto start = bench.begin(bench.monitor->start(bench.spec({"slow:500"}), false));
    bench.pass(600ms);
    CHECK(bench.state() == "creating-devices");
    CHECK_FALSE(start->done);
    SECTION("undisturbed it gets there") {
        CHECK(bench.finish(start).empty());
        CHECK(bench.state() == "running");
    }
    SECTION("destroyed meanwhile it is cancelled") {
        CHECK(bench.run(bench.monitor->destroy()).empty());
        CHECK(bench.finish(start) == "operation_cancelled");
        CHECK(bench.state() == "shutdown");
    }
}

TEST_CASE("an unknown fault refuses the start and lists what there is") {
    Bench bench;
    CHECK(bench.run(bench.monitor->start(bench.spec({"explode"}), false)) == "bad_sim_fault");
    try {
        xenvm::parse_sim_faults({"sim-fault=explode"});
        FAIL("accepted");
    } catch (const Failure& failure) {
        for (const auto& row : xenvm::sim_fault_rows)
            CHECK(failure.cause().find(row.name) != std::string::npos);
    }
}

TEST_CASE("every fault of the table is read, alone and in a list") {
    std::string all;
    for (const auto& row : xenvm::sim_fault_rows) {
        const std::string word = std::string{row.name} + (row.delay ? ":7" : "");
        const auto faults = xenvm::parse_sim_faults({"sim-fault=" + word});
        if (row.flag)
            CHECK(faults.*row.flag);
        else
            CHECK(faults.*row.delay == 7ms);
        all += (all.empty() ? "" : ", ") + word;
    }
    const auto faults = xenvm::parse_sim_faults({"other=1", " sim-fault = " + all, "no equals sign"});
    CHECK(faults.refuse_shutdown);
    CHECK(faults.slow == 7ms);
}

TEST_CASE("a fault needs its number exactly when the table says so") {
    for (const char* word :
         {"slow", "slow:", "slow:x", "slow:-1", "slow:1 ", "enter-s3:1", "", "slow:99999999999999"}) {
        INFO(word);
        CHECK_THROWS_AS(xenvm::parse_sim_faults({std::string{"sim-fault="} + word + ","}), Failure);
    }
}

TEST_CASE("machines share the memory of the simulated host") {
    Bench bench{300};
    CHECK(bench.run(bench.monitor->start(bench.spec(), false)).empty());
    boost::asio::io_context& loop = bench.loop;
    const Uuid second = *Uuid::parse("22222222-2222-3333-4444-555555555555");
    xenvm::SimEngine other{second, xenvm::SimStore{bench.dir.path() / "sim", 300}, bench.clock};
    auto spec = bench.spec();
    spec.memory_mib = 45;
    CHECK(bench.run(other.create(spec, 1)) == "not_enough_memory");
    spec.memory_mib = 44;
    CHECK(bench.run(other.create(spec, 1)).empty());
    CHECK(other.read()->domid == 2);
    static_cast<void>(loop);
}
