#include "lives_bench.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::xenmgr;
using namespace xm::xenmgr::test;

using News = std::vector<std::string>;

TEST_CASE("a start creates one domain and ends when the guest runs") {
    Bench bench;
    CHECK(bench.run(bench.lives->start(vm_a)) == "");
    CHECK(bench.state() == State::running);
    CHECK(bench.monitors[vm_a].domains_made == 1);
    CHECK(bench.listener.news ==
          News{"a creating 0", "a creating 0", "a creating 0", "a creating 0", "a made", "a running 0", "a up"});
}

TEST_CASE("starting a VM that runs succeeds and does nothing") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    CHECK(bench.run(bench.lives->start(vm_a)) == "");
    CHECK(bench.monitors[vm_a].domains_made == 1);
}

TEST_CASE("a second start beside the first is refused") {
    Bench bench;
    const auto first = bench.spawn(bench.lives->start(vm_a));
    CHECK(bench.run(bench.lives->start(vm_a)) == "start_in_flight");
    bench.run_for(50ms);
    CHECK(*first == "");
    CHECK(bench.monitors[vm_a].domains_made == 1);
}

TEST_CASE("a clean shutdown stops the VM and its monitor") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    CHECK(bench.run(bench.lives->shutdown(vm_a)) == "");
    bench.run_for(20ms);
    CHECK(bench.state() == State::shutdown);
    CHECK_FALSE(bench.monitors[vm_a].monitor);
    CHECK(bench.lives->find(vm_a)->activity == nullptr);    // only its record is left
    CHECK(bench.listener.count("a down halt") == 1);
}

TEST_CASE("pause and unpause") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    CHECK(bench.run(bench.lives->pause(vm_a)) == "");
    CHECK(bench.state() == State::paused);
    CHECK(bench.run(bench.lives->unpause(vm_a)) == "");
    CHECK(bench.state() == State::running);
    CHECK(bench.listener.count("a up") == 1);
}

TEST_CASE("commands that the state does not allow are refused") {
    Bench bench;
    CHECK(bench.run(bench.lives->pause(vm_a)) == "wrong_state");
    CHECK(bench.run(bench.lives->pause(vm_b)) == "no_such_vm");
    bench.run(bench.lives->start(vm_a));
    CHECK(bench.run(bench.lives->erase(vm_a)) == "vm_running");
}

TEST_CASE("a guest that refuses to shut down keeps nobody else waiting and can be destroyed") {
    Bench bench{vm_a, vm_b};
    bench.run(bench.lives->start(vm_a));
    bench.monitors[vm_a].refuse_shutdown = true;
    const auto refused = bench.spawn(bench.lives->shutdown(vm_a));
    bench.run_for(5ms);
    CHECK(bench.run(bench.lives->start(vm_b)) == "");
    CHECK_FALSE(*refused);
    CHECK(bench.run(bench.lives->pause(vm_a)) == "vm_busy");
    CHECK(bench.run(bench.lives->destroy(vm_a)) == "");
    CHECK(bench.state() == State::shutdown);
    bench.run_for(5ms);
    CHECK(*refused == "operation_cancelled");
}

TEST_CASE("a guest that refuses to shut down runs on when patience ends") {
    Bench bench;
    bench.with(&Limits::shutdown, 200ms);
    bench.run(bench.lives->start(vm_a));
    bench.monitors[vm_a].refuse_shutdown = true;
    CHECK(bench.run(bench.lives->shutdown(vm_a)) != "");
    bench.run_for(20ms);
    CHECK_FALSE(bench.lives->find(vm_a)->in_flight);
}

TEST_CASE("a start that takes too long fails, and leaves no domain and no monitor behind") {
    Bench bench;
    bench.with(&Limits::create, 200ms);
    bench.monitors[vm_a].hang_start = true;
    CHECK(bench.run(bench.lives->start(vm_a)) == "start_timeout");
    bench.run_for(50ms);
    CHECK(bench.state() == State::shutdown);
    CHECK(bench.monitors[vm_a].domains == 0);
    CHECK_FALSE(bench.monitors[vm_a].monitor);
}

TEST_CASE("a monitor that dies is replaced by one that adopts the domain") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    bench.monitors.monitor_dies(vm_a);
    bench.run_for(20ms);
    CHECK(bench.monitors[vm_a].monitor);
    CHECK(bench.lives->find(vm_a)->attached);
    CHECK(bench.state() == State::running);
    CHECK(bench.monitors[vm_a].domains_made == 1);
    CHECK(bench.listener.count("a running 0") == 1);
}

TEST_CASE("a domain that died with its monitor is stopped") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    bench.monitors[vm_a].domains = 0;
    bench.monitors.monitor_dies(vm_a);
    bench.run_for(20ms);
    CHECK(bench.state() == State::shutdown);
    CHECK(bench.listener.count("a stopped 5") == 1);
}

TEST_CASE("a reboot inside the guest starts it once more, however often it is told") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    bench.monitors.guest_ends(vm_a, DownReason::reboot);
    bench.monitors.repeat(vm_a);
    bench.monitors.repeat(vm_a);
    bench.run_for(50ms);
    CHECK(bench.state() == State::running);
    CHECK(bench.monitors[vm_a].domains_made == 2);
    CHECK(bench.listener.count("a down reboot") == 1);
    CHECK(bench.listener.count("a stopped 5") == 1);
}

TEST_CASE("the command reboot ends before the restart begins") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    CHECK(bench.run(bench.lives->reboot(vm_a)) == "");
    bench.run_for(50ms);
    CHECK(bench.state() == State::running);
    CHECK(bench.monitors[vm_a].domains_made == 2);
}

TEST_CASE("a restart that is declined leaves the VM stopped") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    bench.configuration.host_state = "going-to-sleep";
    bench.monitors.guest_ends(vm_a, DownReason::reboot);
    bench.run_for(50ms);
    CHECK(bench.state() == State::shutdown);
    CHECK_FALSE(bench.monitors[vm_a].monitor);
}

TEST_CASE("a VM that is kept alive comes back after a crash") {
    Bench bench;
    bench.configuration.all[vm_a].keep_alive = true;
    bench.run(bench.lives->start(vm_a));
    bench.monitors.guest_ends(vm_a, DownReason::crash);
    CHECK(bench.state() == State::shutdown);
    CHECK(bench.run_until([&] { return bench.state() == State::running; }));
    CHECK(bench.monitors[vm_a].domains_made == 2);
    bench.run_for(20ms);
    bench.configuration.all[vm_a].keep_alive = false;
    bench.monitors.guest_ends(vm_a, DownReason::crash);
    bench.run_for(60ms);
    CHECK(bench.state() == State::shutdown);
}

TEST_CASE("keeping alive goes on after a start that failed") {
    Bench bench;
    bench.configuration.all[vm_a].keep_alive = true;
    bench.monitors[vm_a].refuse = "start";
    bench.run(bench.lives->start(vm_a));
    const auto starts = [&] {
        const auto& asked = bench.monitors[vm_a].asked;
        return std::count(asked.begin(), asked.end(), "start");
    };
    CHECK(bench.run_until([&] { return starts() >= 3; }));
    bench.monitors[vm_a].refuse = "";
    CHECK(bench.run_until([&] { return bench.state() == State::running; }));
}

TEST_CASE("after a restart of the manager a running VM is running and nothing was started") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    bench.renew();
    CHECK(bench.run(bench.lives->recover()) == "");
    CHECK(bench.state() == State::running);
    CHECK(bench.monitors[vm_a].domains_made == 1);
    CHECK(bench.run(bench.lives->shutdown(vm_a)) == "");
}

TEST_CASE("a start that the manager did not live to finish is finished") {
    Bench bench;
    bench.monitors[vm_a].refuse = "unpause";
    bench.run(bench.lives->start(vm_a));
    bench.run_for(50ms);
    bench.monitors[vm_a].refuse = "";
    bench.run(bench.monitors.launch(vm_a, false, 100ms));
    bench.run(bench.monitors.call(vm_a, "start", {}, 100ms));
    REQUIRE(bench.monitors[vm_a].facts.state == VmState::created);
    bench.renew();
    bench.run(bench.lives->recover());
    bench.run_for(50ms);
    CHECK(bench.state() == State::running);
    CHECK(bench.monitors[vm_a].domains == 1);
}

TEST_CASE("a monitor that does not answer after a restart holds nobody up") {
    Bench bench{vm_a, vm_b};
    bench.run(bench.lives->start(vm_a));
    bench.run(bench.lives->start(vm_b));
    bench.monitors[vm_a].hung = true;
    bench.with(&Limits::look, 20ms, {vm_a, vm_b});
    CHECK(bench.run(bench.lives->recover()) == "");
    CHECK(bench.state(vm_b) == State::running);
    CHECK(bench.state(vm_a) == State::unknown);
    CHECK(bench.lives->shown(vm_a) == VmState::running);
    bench.monitors[vm_a].hung = false;
    CHECK(bench.run_until([&] { return bench.state(vm_a) == State::running; }));
}

TEST_CASE("a domain without a monitor is found by the start that would have made a second one") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    bench.monitors[vm_a].monitor = bench.monitors[vm_a].attached = false;
    bench.renew();
    bench.run(bench.lives->recover());
    CHECK(bench.state() == State::shutdown);
    CHECK(bench.run(bench.lives->start(vm_a)) == "vm_already_created");
    CHECK(bench.state() == State::running);
    CHECK(bench.monitors[vm_a].domains == 1);
    CHECK(bench.monitors[vm_a].domains_made == 1);
}

TEST_CASE("events that get lost are made up for") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    bench.monitors[vm_a].lose_events = true;
    bench.monitors.guest_ends(vm_a, DownReason::halt);
    bench.run_for(5ms);
    CHECK(bench.state() == State::running);
    bench.monitors.repeat(vm_a);
    CHECK(bench.state() == State::shutdown);
}

TEST_CASE("sleep, resume and the wish to be woken at once") {
    Bench bench;
    bench.configuration.all[vm_a].pv_addons = true;
    bench.run(bench.lives->start(vm_a));
    CHECK(bench.run(bench.lives->sleep(vm_a)) == "");
    CHECK(bench.lives->acpi_state(vm_a) == 3);
    CHECK(bench.run(bench.lives->resume(vm_a)) == "");
    CHECK(bench.lives->acpi_state(vm_a) == 0);
    bench.configuration.all[vm_a].auto_s3_wake = true;
    bench.monitors.guest_sleeps(vm_a, 3);
    bench.run_for(20ms);
    CHECK(bench.lives->acpi_state(vm_a) == 0);
}

TEST_CASE("a VM that hibernates shows S4 until it is started again") {
    Bench bench;
    bench.configuration.all[vm_a].pv_addons = true;
    bench.run(bench.lives->start(vm_a));
    CHECK(bench.run(bench.lives->hibernate(vm_a)) == "");
    CHECK(bench.lives->acpi_state(vm_a) == 4);
    bench.run(bench.lives->start(vm_a));
    CHECK(bench.lives->acpi_state(vm_a) == 0);
    CHECK_FALSE(bench.configuration.all[vm_a].hibernated);
}

TEST_CASE("the guest's agent is asked first") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    bench.agents.present_in.insert(vm_a);
    bench.agents.on_request = [&](const Uuid& uuid, const std::string& what) {
        CHECK(what == "request_shutdown");
        bench.monitors.guest_ends(uuid, DownReason::halt);
    };
    CHECK(bench.run(bench.lives->shutdown(vm_a)) == "");
    CHECK(bench.state() == State::shutdown);
}

TEST_CASE("a VM is saved to a file and comes back from it") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    CHECK(bench.run(bench.lives->suspend_to_file(vm_a, "/image")) == "");
    CHECK(bench.state() == State::suspended);
    bench.run_for(20ms);
    bench.files.files.insert("/image");
    CHECK(bench.run(bench.lives->resume_from_file(vm_a, "/image")) == "");
    CHECK(bench.state() == State::running);
}

TEST_CASE("a VM that is saved stays so when it is to come back from a file that is not there") {
    Bench bench;
    bench.run(bench.lives->start(vm_a));
    bench.run(bench.lives->suspend_to_file(vm_a, "/image"));
    CHECK(bench.run(bench.lives->resume_from_file(vm_a, "/imgae")) == "image_not_usable");
    CHECK(bench.state() == State::suspended);
}

TEST_CASE("hooks: one stands in for the start, one runs before the domain, others follow the state") {
    Bench bench;
    const std::string a = vm_a.text();
    bench.configuration.all[vm_a].run_insteadof_start = "/instead";
    CHECK(bench.run(bench.lives->start(vm_a)) == "");
    CHECK(bench.state() == State::shutdown);
    bench.configuration.all[vm_a].run_pre_boot = "/one ; /two;";
    bench.configuration.all[vm_a].run_on_state_change = "/fail;/state";
    bench.configuration.all[vm_a].run_on_acpi_state_change = "/acpi";
    CHECK(bench.run(bench.lives->start(vm_a, InsteadOf::skip)) == "");
    bench.run_for(20ms);
    CHECK(bench.hooks.ran == News{"/instead " + a, "/one " + a, "/two " + a, "/fail " + a + " running",
                                  "/state " + a + " running", "/acpi " + a + " 0"});
}

TEST_CASE("a failing pre-boot hook ends the start before anything exists") {
    Bench bench;
    bench.configuration.all[vm_a].run_pre_boot = "/fail";
    CHECK(bench.run(bench.lives->start(vm_a)) == "hook_failed");
    CHECK(bench.state() == State::shutdown);
    CHECK(bench.monitors.launches == 0);
}

TEST_CASE("a VM whose network another VM serves starts that one first") {
    Bench bench{vm_a, vm_b};
    bench.configuration.needs[vm_a] = {vm_b};
    CHECK(bench.run(bench.lives->start(vm_a)) == "");
    CHECK(bench.state(vm_b) == State::running);
    CHECK(bench.state(vm_a) == State::running);
    bench.run(bench.lives->shutdown(vm_a));
    bench.run(bench.lives->shutdown(vm_b));
    bench.configuration.all[vm_b].run_insteadof_start = "/instead";    // and so it does not run
    CHECK(bench.run(bench.lives->start(vm_a)) == "");
    CHECK(bench.state(vm_a) == State::shutdown);
}

TEST_CASE("a missing disk fails the start") {
    Bench bench;
    bench.configuration.all[vm_a].disks.resize(1);
    bench.configuration.all[vm_a].disks[0].path = "/d/x.vhd";
    CHECK(bench.run(bench.lives->start(vm_a)) == "disk_image_missing");
    bench.files.files.insert("/d/x.vhd");
    CHECK(bench.run(bench.lives->start(vm_a)) == "");
}

TEST_CASE("delete removes images and configuration, and then there is no such VM") {
    Bench bench;
    bench.configuration.all[vm_a].disks.resize(1);
    bench.configuration.all[vm_a].disks[0].path = "/d/x.vhd";
    bench.files.files = {"/d/x.vhd", "/storage/ovffiles/" + vm_a.text() + "/env.xml"};
    CHECK(bench.run(bench.lives->erase(vm_a)) == "");
    CHECK(bench.files.files.empty());
    CHECK(bench.configuration.erased == std::vector<Uuid>{vm_a});
    CHECK(bench.lives->find(vm_a) == nullptr);
    CHECK(bench.listener.news == News{"a deleted"});
}

TEST_CASE("a stopped VM costs less than a hundred bytes") { CHECK(sizeof(std::pair<const Uuid, VmLife>) <= 64); }
