#include "bench.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

using namespace xm;
using namespace std::chrono_literals;
using test::Bench;
using Words = std::vector<std::string>;

TEST_CASE("a start goes through creation to a running machine and says so step by step") {
    Bench bench;
    REQUIRE(bench.run(bench.monitor->start(bench.spec(), false)).empty());
    CHECK(bench.news.take() ==
          Words{"vm:state:creating-domain", "vm:state:creating-devices", "vm:state:created", "vm:state:running"});
    const model::MonitorFacts& facts = bench.monitor->facts();
    CHECK(facts.domid == 1);
    CHECK(facts.stubdomid == -1);
    CHECK(facts.acpi == 0);
    CHECK(facts.generation == 1);
    CHECK(facts.memory_kib == 256 * 1024);
    CHECK(facts.spec_digest.size() == 16);
}

TEST_CASE("a start in the paused state waits for unpause") {
    Bench bench;
    REQUIRE(bench.run(bench.monitor->start(bench.spec(), true)).empty());
    CHECK(bench.state() == "created");
    CHECK(bench.run(bench.monitor->pause()) == "vm_bad_state");
    CHECK(bench.run(bench.monitor->unpause()).empty());
    CHECK(bench.state() == "running");
}

TEST_CASE("a machine that runs is not started twice") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec(), false));
    CHECK(bench.run(bench.monitor->start(bench.spec(), false)) == "vm_already_created");
    CHECK(bench.state() == "running");
}

TEST_CASE("a shutdown is answered when the guest is down") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec(), false));
    bench.pass(1s);
    bench.news.take();
    CHECK(bench.run(bench.monitor->shutdown(10s)).empty());
    CHECK(bench.news.take() == Words{"vm:state:shutdowning", "vm:state:shutdown"});
    CHECK(bench.monitor->facts().reason == model::DownReason::halt);
    CHECK(bench.monitor->facts().domid == -1);
    CHECK(bench.monitor->facts().acpi == 5);
}

TEST_CASE("a guest that still boots answers a shutdown when it has booted") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec(), false));
    CHECK(bench.run(bench.monitor->shutdown(10s)).empty());
}

TEST_CASE("a reboot ends in rebooted, from which the next start goes") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec(), false));
    bench.news.take();
    CHECK(bench.run(bench.monitor->reboot(10s)).empty());
    CHECK(bench.news.take() == Words{"vm:state:rebooting", "vm:state:rebooted"});
    CHECK(bench.monitor->facts().reason == model::DownReason::reboot);
    CHECK(bench.run(bench.monitor->start(bench.spec(), false)).empty());
    CHECK(bench.monitor->facts().generation == 2);
    CHECK(bench.monitor->facts().domid == 2);
}

TEST_CASE("with on_reboot=reboot the monitor restarts the machine itself") {
    Bench bench;
    auto spec = bench.spec();
    spec.on_reboot = model::DeathAction::reboot;
    bench.run(bench.monitor->start(spec, false));
    CHECK(bench.run(bench.monitor->reboot(10s)).empty());
    bench.pass(100ms);
    CHECK(bench.state() == "running");
    CHECK(bench.monitor->facts().generation == 2);
}

TEST_CASE("with on_crash=preserve the dead domain stays until the next start or destroy") {
    Bench bench;
    auto spec = bench.spec({"crash-after:10"});
    spec.on_crash = model::DeathAction::preserve;
    bench.run(bench.monitor->start(spec, false));
    bench.pass(1s);
    CHECK(bench.state() == "shutdown");
    CHECK(bench.monitor->facts().domid == 1);
    CHECK(bench.run(bench.monitor->start(bench.spec(), false)).empty());
    CHECK(bench.monitor->facts().domid == 2);
}

TEST_CASE("destroy fits every state") {
    Bench bench;
    CHECK(bench.run(bench.monitor->destroy()).empty());
    CHECK(bench.state() == "shutdown");
    bench.run(bench.monitor->start(bench.spec(), true));
    CHECK(bench.run(bench.monitor->destroy()).empty());
    CHECK(bench.state() == "shutdown");
    CHECK(bench.monitor->facts().reason == model::DownReason::halt);
}

TEST_CASE("destroy ends a start that hangs, and the next start works") {
    Bench bench;
    const auto start = bench.begin(bench.monitor->start(bench.spec({"hang-start"}), false));
    CHECK_FALSE(start->done);
    CHECK(bench.state() == "creating-devices");
    CHECK(bench.run(bench.monitor->destroy()).empty());
    CHECK(bench.finish(start) == "operation_cancelled");
    CHECK(bench.state() == "shutdown");
    CHECK(bench.run(bench.monitor->start(bench.spec(), false)).empty());
    CHECK(bench.state() == "running");
}

TEST_CASE("a new start right behind a destroy is not undone by the old one's failure") {
    Bench bench;
    const auto old = bench.begin(bench.monitor->start(bench.spec({"hang-start"}), false));
    const auto destroy = bench.begin(bench.monitor->destroy());
    CHECK(bench.run(bench.monitor->start(bench.spec(), false)).empty());
    CHECK(bench.finish(old) == "operation_cancelled");
    CHECK(bench.finish(destroy).empty());
    CHECK(bench.state() == "running");
}

TEST_CASE("sleep and wake are seen as power states") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec(), false));
    bench.pass(100ms);
    bench.news.take();
    CHECK(bench.run(bench.monitor->sleep(10s)).empty());
    CHECK(bench.monitor->facts().acpi == 3);
    CHECK(bench.run(bench.monitor->shutdown(1s)) == "vm_bad_state");
    CHECK(bench.run(bench.monitor->wake()).empty());
    bench.pass(100ms);
    CHECK(bench.monitor->facts().acpi == 0);
    CHECK(bench.news.take() == Words{"power-state:3", "power-state:0"});
}

TEST_CASE("only a guest with emulated hardware has a sleep button") {
    Bench bench;
    model::GuestSpec spec = bench.spec();
    spec.virt_type = model::VirtType::pv;
    bench.run(bench.monitor->start(spec, false));
    CHECK(bench.run(bench.monitor->sleep(10s)) == "not_supported");
    CHECK(bench.state() == "running");
}

TEST_CASE("a guest without drivers sleeps, but nothing tells it to hibernate") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec({"no-drivers"}), false));
    bench.pass(100ms);
    CHECK(bench.run(bench.monitor->hibernate(10s)) == "not_supported");
    CHECK(bench.run(bench.monitor->sleep(10s)).empty());
}

TEST_CASE("hibernation is announced before the machine goes down") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec(), false));
    bench.pass(100ms);
    bench.news.take();
    CHECK(bench.run(bench.monitor->hibernate(10s)).empty());
    CHECK(bench.news.take() == Words{"power-state:4", "vm:state:shutdown"});
}

TEST_CASE("a suspended machine continues from its file with a new domain") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec(), false));
    bench.pass(100ms);
    bench.news.take();
    const std::string image = bench.dir.file("image");
    CHECK(bench.run(bench.monitor->suspend(image)).empty());
    CHECK(bench.news.take() == Words{"vm:state:suspending", "vm:state:suspended"});
    CHECK(bench.monitor->facts().reason == model::DownReason::suspend);
    CHECK(bench.run(bench.monitor->restore({}, {.file = image, .paused = false, .remove_file = false})).empty());
    CHECK(bench.news.take() == Words{"vm:state:restoring", "vm:state:running"});
    CHECK(bench.monitor->facts().domid == 2);
    CHECK(std::filesystem::exists(image));
    CHECK(bench.run(bench.monitor->shutdown(1s)).empty());
}

TEST_CASE("a suspend that cannot write leaves the machine running") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec(), false));
    CHECK(bench.run(bench.monitor->suspend("/nonexistent/image")) == "image_not_usable");
    CHECK(bench.state() == "running");
    CHECK(bench.run(bench.monitor->shutdown(1s)).empty());
}

TEST_CASE("a checkpoint saves and goes on") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec(), false));
    CHECK(bench.run(bench.monitor->checkpoint(bench.dir.file("image"))).empty());
    CHECK(bench.state() == "running");
    CHECK(std::filesystem::exists(bench.dir.file("image")));
}

TEST_CASE("a restore from a file that is no image ends stopped") {
    Bench bench;
    CHECK(bench.run(bench.monitor->restore({}, {.file = "/dev/null"})) == "image_not_usable");
    CHECK(bench.state() == "shutdown");
}

TEST_CASE("a paused guest does not live on") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec({"halt-after:50"}), false));
    bench.pass(20ms);
    bench.run(bench.monitor->pause());
    bench.pass(10s);
    CHECK(bench.state() == "paused");
    bench.run(bench.monitor->unpause());
    bench.pass(20ms);
    CHECK(bench.state() == "running");
    bench.pass(50ms);
    CHECK(bench.state() == "shutdown");
}

TEST_CASE("a new monitor takes the domain over where it stands") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec({"halt-after:1000"}), false));
    bench.pass(500ms);
    const model::MonitorFacts before = bench.monitor->facts();
    bench.restart_monitor();
    CHECK(bench.monitor->facts() == before);
    bench.pass(400ms);
    CHECK(bench.state() == "running");
    bench.pass(200ms);
    CHECK(bench.state() == "shutdown");
    CHECK(bench.monitor->facts().reason == model::DownReason::halt);
}

TEST_CASE("a new monitor finds a domain that died while nobody watched") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec({"crash-after:100"}), false));
    bench.pass(10ms);
    bench.monitor.reset();
    bench.engine.reset();
    bench.clock.advance(10s);
    bench.restart_monitor();
    bench.pass(1ms);
    CHECK(bench.state() == "shutdown");
    CHECK(bench.monitor->facts().reason == model::DownReason::crash);
}

TEST_CASE("a half-built domain that was taken over is cleared away") {
    Bench bench;
    bench.begin(bench.monitor->start(bench.spec({"hang-start"}), false));
    auto old_engine = std::move(bench.engine);
    auto old_monitor = std::move(bench.monitor);
    bench.restart_monitor();
    bench.pass(1ms);
    CHECK(bench.state() == "shutdown");
    CHECK(!bench.engine->read());
    CHECK(bench.run(bench.monitor->start(bench.spec(), false)).empty());
    CHECK(bench.state() == "running");
}

TEST_CASE("devices that were added live survive the monitor") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec(), false));
    model::Nic nic;
    nic.id = 3;
    nic.network = "/wired/0/bridged";
    CHECK(bench.run(bench.engine->add_nic(nic)).empty());
    CHECK(bench.run(bench.engine->add_nic(nic)) == "duplicate_device");
    bench.restart_monitor();
    REQUIRE(bench.monitor->spec().nics.size() == 1);
    CHECK(bench.monitor->spec().nics[0] == nic);
}

TEST_CASE("devices that were added live come back with a saved machine, whatever it is started from") {
    Bench bench;
    bench.run(bench.monitor->start(bench.spec(), false));
    bench.pass(100ms);
    model::Nic nic;
    nic.network = "/wired/0/bridged";
    model::Disk disk;
    disk.path = "/storage/added.img";
    disk.device = "xvdb";
    bench.run(bench.engine->add_nic(nic));
    bench.run(bench.engine->add_disk(disk));
    const std::string image = bench.dir.file("image");
    bench.run(bench.monitor->suspend(image));

    model::GuestSpec configured = bench.spec();
    disk.device = "xvda";
    configured.disks.push_back(disk);
    bench.run(bench.monitor->restore(configured, {.file = image, .paused = false, .remove_file = false}));
    CHECK(bench.monitor->spec().nics == std::vector{nic});
    REQUIRE(bench.monitor->spec().disks.size() == 2);
    CHECK(bench.monitor->spec().disks[1].device == "xvdb");
    CHECK(bench.monitor->spec().disks[1].id == 1);
}

TEST_CASE("a start is refused while another is on its way, however far that is") {
    Bench bench;
    const auto first = bench.begin(bench.monitor->start(bench.spec({"slow:100"}), false));
    CHECK(bench.run(bench.monitor->start(bench.spec(), false)) == "vm_already_created");
    CHECK(bench.finish(first).empty());
    CHECK(bench.state() == "running");
    CHECK(bench.monitor->facts().domid == 1);
}

TEST_CASE("a monitor that ends takes a half-built machine with it, and no other") {
    Bench bench;
    const auto start = bench.begin(bench.monitor->start(bench.spec({"hang-start"}), false));
    CHECK(bench.run(bench.monitor->leave()).empty());
    CHECK(bench.finish(start) == "operation_cancelled");
    CHECK(!bench.engine->read());
    bench.run(bench.monitor->start(bench.spec(), true));
    CHECK(bench.run(bench.monitor->leave()).empty());
    CHECK(bench.state() == "created");
}
