#include "xenmgr/life/plans.hpp"

#include "base/failure.hpp"
#include "xenmgr/life/checks.hpp"

#include <catch2/catch.hpp>

#include <string_view>

using namespace xm;
using namespace xm::xenmgr;

namespace {

const Uuid vm = *Uuid::parse("11111111-1111-4111-8111-111111111111");
const Limits limits;

template <class F>
std::string_view refusal(F&& decide) {
    try {
        decide();
    } catch (const Failure& failure) {
        return failure.info().symbol;
    }
    return "";
}

std::string declined(const StartContext& context) {
    const auto decision = plan_start(context, limits);
    const auto* no = std::get_if<Declined>(&decision);
    return no ? no->reason : "";
}

model::Disk image(std::string path) {
    model::Disk disk;
    disk.path = std::move(path);
    return disk;
}

BootContext boot() { return {.uuid = vm}; }

}    // namespace

TEST_CASE("a plain start clears the hibernation mark, builds the domain paused and lets it run") {
    CHECK(to_string(plan_boot(boot(), limits)) ==
          "set_hibernated(false); enter_creating; launch_monitor <=10s undo=quit_monitor; "
          "create_domain <=60s undo=destroy_domain; wait_created <=30s; publish; unpause <=10s; wait_running <=60s");
}

TEST_CASE("the pre-boot hook runs before anything can exist") {
    BootContext context = boot();
    context.settings.run_pre_boot = "/usr/bin/true";
    const Plan plan = plan_boot(context, limits);
    REQUIRE(plan.size() > 2);
    CHECK(to_string(plan[1]) == "run_hook(run-pre-boot) <=120s");
    CHECK(plan[2].what == Do::enter_creating);
}

TEST_CASE("a VM with a suspend image is restored instead of created") {
    BootContext context = boot();
    context.settings.start_from_suspend_image = "/storage/image";
    context.suspend_image_exists = true;
    const std::string plan = to_string(plan_boot(context, limits));
    CHECK(plan.find("restore_domain(/storage/image)") != std::string::npos);
    CHECK(plan.find("create_domain") == std::string::npos);
}

TEST_CASE("a start ends when the guest has written to its boot sentinel, or has had the time") {
    BootContext context = boot();
    context.settings.boot_sentinel = "booted";
    CHECK(to_string(plan_boot(context, limits).back()) == "wait_booted <=60s or-log");
    context.suspend_image_exists = true;    // such a guest booted long ago
    CHECK(plan_boot(context, limits).back().what == Do::wait_running);
}

TEST_CASE("a service VM is told whether it may have its memory kept") {
    const auto told = [](BootContext context) {
        for (const Step& step : plan_boot(context, limits))
            if (step.what == Do::set_snapshot_state) return step.arg;
        return std::string{"nothing"};
    };
    BootContext context = boot();
    CHECK(told(context) == "nothing");
    context.settings.service_vm = true;
    CHECK(told(context) == "start-no-snapshot");
    context.settings.start_from_suspend_image = "/storage/image";
    CHECK(told(context) == "start");
    context.suspend_image_exists = true;
    CHECK(told(context) == "resume");
    context.settings.service_vm = false;
    CHECK(told(context) == "resume");
}

TEST_CASE("the hook that stands in for a start is all that happens, unless the caller asks for the start itself") {
    StartContext context{.uuid = vm};
    context.running = true;
    context.settings.run_insteadof_start = "/usr/bin/true";
    const auto instead = plan_start(context, limits);
    REQUIRE(std::holds_alternative<Prepared>(instead));
    CHECK(std::get<Prepared>(instead).ends_here);
    context.honour_insteadof = false;
    CHECK(declined(context) == "it runs already");
}

TEST_CASE("a start is declined while the VM runs or the host is busy with itself") {
    CHECK(declined({.uuid = vm}) == "");
    CHECK(declined({.uuid = vm, .running = true}) == "it runs already");
    CHECK(declined({.uuid = vm, .host_state = "going-to-sleep"}) == "the host is going-to-sleep");
    CHECK(declined({.uuid = vm, .runlevel = 6}) == "the host is in runlevel 6");
}

TEST_CASE("a VM without configuration cannot start") {
    CHECK(refusal([] { plan_start({.uuid = vm, .exists = false}, limits); }) == "no_such_vm");
}

TEST_CASE("dependencies that do not run are started first, in the order given") {
    const Uuid net = *Uuid::parse("22222222-2222-4222-8222-222222222222");
    StartContext context{.uuid = vm, .dependencies = {{.uuid = net}, {.uuid = vm, .running = true}}};
    const auto decision = plan_start(context, limits);
    REQUIRE(std::holds_alternative<Prepared>(decision));
    CHECK(to_string(std::get<Prepared>(decision).plan) == "start_dependency(" + net.text() + ") <=180s");
    REQUIRE(dependencies_missing(context));
    CHECK(dependencies_missing(context)->reason.find(net.text()) != std::string::npos);
    context.dependencies[0].running = true;
    CHECK_FALSE(dependencies_missing(context));
}

TEST_CASE("a start fails if a disk image is missing") {
    CHECK(refusal([] { check_disks({.uuid = vm, .missing_disks = {"0: /x.vhd"}}); }) == "disk_image_missing");
    CHECK(refusal([] { check_disks({.uuid = vm}); }) == "");
}

TEST_CASE("devices that another running guest has keep a VM from starting") {
    BootContext context = boot();
    context.pci = {{.address = "0000:01:00.0", .name = "card"}};
    context.neighbours = {{.name = "other", .pci = {"0000:01:00.0"}}};
    CHECK(refusal([&] { check_boot(context); }) == "pci_device_in_use");
    context.neighbours[0].guest = false;    // service VMs do not count
    CHECK(refusal([&] { check_boot(context); }) == "");
}

TEST_CASE("a device that the host does not have keeps a VM from starting") {
    BootContext context = boot();
    context.missing_pci = {"0000:05:00.0"};
    CHECK(refusal([&] { check_boot(context); }) == "no_such_pci_device");
}

TEST_CASE("AMT and OEM features go to one running guest at a time") {
    BootContext context = boot();
    context.amt_passthrough = true;
    context.neighbours = {{.name = "other", .amt_passthrough = true}};
    CHECK(refusal([&] { check_boot(context); }) == "amt_pt_in_use");
    context.amt_passthrough = false;
    CHECK(refusal([&] { check_boot(context); }) == "");
    context.oem_features = true;
    context.neighbours[0].oem_features = true;
    CHECK(refusal([&] { check_boot(context); }) == "oem_features_in_use");
}

TEST_CASE("an Intel display that is not the primary one cannot be passed through") {
    BootContext context = boot();
    context.pci = {{.address = "0000:00:02.0", .name = "graphics", .intel_display = true, .boot_vga = false}};
    CHECK(refusal([&] { check_boot(context); }) == "gpu_not_primary");
    context.pci[0].boot_vga = std::nullopt;
    CHECK(refusal([&] { check_boot(context); }) == "");
}

TEST_CASE("a nic whose backend does not run keeps a VM from starting, before any other complaint") {
    BootContext context = boot();
    context.backends = {{.nic_id = 0, .backend = "ndvm"}};
    context.amt_passthrough = true;
    context.neighbours = {{.name = "other", .amt_passthrough = true}};
    CHECK(refusal([&] { check_boot(context); }) == "network_backend_down");
}

TEST_CASE("shutdown wakes a sleeping guest and asks its agent if there is one") {
    CHECK(to_string(plan_shutdown({.uuid = vm, .acpi = 3, .agent = true}, limits)) ==
          "ask_monitor(trigger params=s3resume) <=10s; wait_awake <=30s or-log; "
          "ask_agent(request_shutdown) <=10s; wait_down <=300s");
    CHECK(to_string(plan_shutdown({.uuid = vm}, limits)) ==
          "ask_monitor(shutdown timeout=300) <=305s; wait_down <=300s");
}

TEST_CASE("destroy does not depend on the monitor's good will") {
    CHECK(to_string(plan_destroy(true, limits)) == "destroy_domain <=60s or-next; replace_monitor <=20s; declare_down");
    CHECK(to_string(plan_destroy(false, limits)) == "replace_monitor <=20s; declare_down");
}

TEST_CASE("sleep needs an agent or drivers in the guest") {
    CHECK(refusal([] { plan_sleep({.uuid = vm}, limits); }) == "needs_pv_addons");
    CHECK(to_string(plan_sleep({.uuid = vm, .pv_addons = true}, limits)) == "ask_monitor(s3suspend timeout=30) <=35s");
    CHECK(plan_sleep({.uuid = vm, .acpi = 3}, limits).empty());
    CHECK(plan_sleep({.uuid = vm, .agent = true}, limits).back().late->symbol == "sleep_timeout");
}

TEST_CASE("hibernation marks the VM only after it is down") {
    CHECK(plan_hibernate({.uuid = vm, .running = false}, limits).empty());
    CHECK(refusal([] { plan_hibernate({.uuid = vm}, limits); }) == "needs_pv_addons");
    const Plan plan = plan_hibernate({.uuid = vm, .agent = true}, limits);
    REQUIRE(plan.size() == 3);
    CHECK(plan[1].what == Do::wait_down);
    CHECK(to_string(plan[2]) == "set_hibernated(true)");
}

TEST_CASE("delete removes the images that are this VM's alone") {
    DeleteContext context{.uuid = vm};
    context.settings.disks = {image("/d/own.vhd"), image("/d/both.vhd"), image("/d/shared.vhd"), image("/dev/sda")};
    context.settings.disks[2].shared = true;
    context.settings.disks[3].type = model::DiskType::phy;
    context.used_elsewhere = {"/d/both.vhd"};
    const std::string plan = to_string(plan_delete(context, limits));
    CHECK(plan == "remove_file(/d/own.vhd) or-log; remove_tree(/storage/ovffiles/" + vm.text() +
                      ") or-log; erase_configuration; forget_vm");
    context.settings.managed = true;
    CHECK(to_string(plan_delete(context, limits)).find("remove_file") == std::string::npos);
    context.running = true;
    CHECK(refusal([&] { plan_delete(context, limits); }) == "vm_running");
}
