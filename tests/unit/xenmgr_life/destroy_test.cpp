// destroy() works whatever else is going on, and however the monitor does.

#include "lives_bench.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::xenmgr;
using namespace xm::xenmgr::test;

TEST_CASE("destroy ends a start that hangs, at once") {
    Bench bench;
    bench.monitors[vm_a].hang_start = true;
    const auto start = bench.spawn(bench.lives->start(vm_a));
    bench.run_for(10ms);
    CHECK(bench.state() == State::creating_devices);
    CHECK(bench.run(bench.lives->destroy(vm_a)) == "");
    bench.run_for(5ms);
    CHECK(*start == "operation_cancelled");
    CHECK(bench.state() == State::shutdown);
    CHECK(bench.monitors[vm_a].domains == 0);
}

TEST_CASE("a domain is destroyed although its monitor was stopped") {
    Bench bench;
    bench.with(&Limits::look, 20ms);
    bench.run(bench.lives->start(vm_a));
    bench.monitors[vm_a].hung = true;
    CHECK(bench.run(bench.lives->destroy(vm_a)) == "");
    CHECK(bench.state() == State::shutdown);
    CHECK(bench.monitors[vm_a].domains == 0);
}

TEST_CASE("destroying a stopped VM is no error") {
    Bench bench;
    CHECK(bench.run(bench.lives->destroy(vm_a)) == "");
    CHECK(bench.monitors.launches == 0);
}

TEST_CASE("a reboot while the VM is being destroyed does not bring it back") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    const auto destroyed = bench.spawn(bench.lives->destroy(vm_a));
    bench.loop.restart();
    bench.loop.poll_one();
    bench.monitors.guest_ends(vm_a, DownReason::reboot);
    bench.run_for(50ms);
    CHECK(*destroyed == "");
    CHECK(bench.state() == State::shutdown);
    CHECK(bench.monitors[vm_a].domains_made == 1);
}

TEST_CASE("an unknown VM can be destroyed") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    bench.monitors[vm_a].hung = true;
    bench.with(&Limits::look, 20ms);
    bench.run(bench.lives->recover());
    CHECK(bench.run(bench.lives->destroy(vm_a)) == "");
    CHECK(bench.state() == State::shutdown);
    CHECK(bench.monitors[vm_a].domains == 0);
}

TEST_CASE("destroy does not wait for a hook") {
    Bench bench;
    bench.configuration.all[vm_a].run_pre_boot = "/hang";
    const auto start = bench.spawn(bench.lives->start(vm_a));
    bench.run_for(5ms);
    CHECK(bench.run(bench.lives->destroy(vm_a)) == "");
    bench.run_for(5ms);
    CHECK(*start == "operation_cancelled");
}

TEST_CASE("a monitor that answers is waited for, however long destroying takes it") {
    Bench bench;
    bench.with(&Limits::look, 20ms);
    bench.run(bench.lives->start(vm_a));
    bench.monitors[vm_a].destroy_takes = 60ms;
    CHECK(bench.run(bench.lives->destroy(vm_a)) == "");
    CHECK(bench.state() == State::shutdown);
    CHECK(bench.monitors.launches == 1);
}

TEST_CASE("a monitor that answers and never gets it done is replaced in the end") {
    Bench bench;
    bench.with(&Limits::destroy, 200ms);
    bench.run(bench.lives->start(vm_a));
    bench.monitors[vm_a].destroy_takes = 1h;
    const auto destroyed = bench.spawn(bench.lives->destroy(vm_a));
    CHECK(bench.run_until([&] { return bench.monitors.launches == 2; }));
    bench.monitors[vm_a].destroy_takes = 0ms;
    CHECK(bench.run_until([&] { return destroyed->has_value(); }));
    CHECK(**destroyed == "");
    CHECK(bench.monitors[vm_a].domains == 0);
}
