// What guests say of themselves, and what waits for it.

#include "lives_bench.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::xenmgr;
using namespace xm::xenmgr::test;

TEST_CASE("a start waits until the guest has written to its boot sentinel") {
    Bench bench;
    bench.configuration.all[vm_a].boot_sentinel = "booted";
    const auto start = bench.spawn(bench.lives->start(vm_a));
    REQUIRE(bench.run_until([&] { return bench.state() == State::running; }));
    CHECK_FALSE(*start);
    bench.monitors.guest_boots(vm_a);
    REQUIRE(bench.run_until([&] { return start->has_value(); }));
    CHECK(*start == "");
}

TEST_CASE("a guest that does not write to its sentinel in time is no failure") {
    Bench bench;
    bench.with(&Limits::booted, 200ms);
    bench.configuration.all[vm_a].boot_sentinel = "booted";
    CHECK(bench.run(bench.lives->start(vm_a)) == "");
    CHECK(bench.state() == State::running);
}

TEST_CASE("a guest that reboots before it wrote to its sentinel is started once more") {
    Bench bench;
    bench.configuration.all[vm_a].boot_sentinel = "booted";
    const auto start = bench.spawn(bench.lives->start(vm_a));
    REQUIRE(bench.run_until([&] { return bench.state() == State::running; }));
    bench.monitors.guest_ends(vm_a, DownReason::reboot);
    REQUIRE(bench.run_until([&] { return bench.monitors[vm_a].domains_made == 2; }));
    CHECK(*start == "");
}

TEST_CASE("a start that waits for a sentinel is ended by destroy") {
    Bench bench;
    bench.configuration.all[vm_a].boot_sentinel = "booted";
    const auto start = bench.spawn(bench.lives->start(vm_a));
    REQUIRE(bench.run_until([&] { return bench.state() == State::running; }));
    CHECK(bench.run(bench.lives->destroy(vm_a)) == "");
    REQUIRE(bench.run_until([&] { return start->has_value(); }));
    CHECK(*start == "operation_cancelled");
    CHECK(bench.state() == State::shutdown);
}

TEST_CASE("what a guest says of its drivers is told once, and again after a restart of the manager") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    bench.monitors.guest_says(vm_a, {.said = model::PvAddons::installed, .version = "7.0.0.1"});
    bench.monitors.repeat(vm_a);
    bench.run(bench.lives->pause(vm_a));
    CHECK(bench.listener.count("a drivers installed 7.0.0.1") == 1);
    bench.monitors.guest_says(vm_a, {.said = model::PvAddons::removed});
    CHECK(bench.listener.count("a drivers removed ") == 1);
    bench.renew();
    bench.run(bench.lives->recover());
    CHECK(bench.listener.count("a drivers removed ") == 2);
}

TEST_CASE("a domain whose guest has said nothing changes nothing that another one said") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    bench.monitors.guest_says(vm_a, {.said = model::PvAddons::installed, .version = "7.0.0.1"});
    bench.run(bench.lives->shutdown(vm_a));
    bench.run(bench.lives->start(vm_a));
    CHECK(bench.listener.count("a drivers installed 7.0.0.1") == 1);
    bench.monitors.guest_says(vm_a, {.said = model::PvAddons::installed, .version = "7.0.0.1"});
    CHECK(bench.listener.count("a drivers installed 7.0.0.1") == 2);
}
