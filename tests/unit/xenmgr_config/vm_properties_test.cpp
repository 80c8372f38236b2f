#include "xenmgr/config/vm_properties.hpp"

#include "unit/xenmgr_config/host_of_vms.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace xm;
using namespace xm::xenmgr;
using P = VmProperty;
using test::HostOfVms;
using test::text;

TEST_CASE("native experience decides what five other properties read") {
    HostOfVms host;
    const auto vm = host.add(1, {{"native-experience", "true"}, {"start_on_boot", "false"}, {"show-switcher", "true"}});
    CHECK(host.get(vm, P::start_on_boot) == Value{true});
    CHECK(host.get(vm, P::show_switcher) == Value{false});
    CHECK(host.get(vm, P::wireless_control) == Value{true});
    CHECK(host.get(vm, P::usb_grab_devices) == Value{true});
    CHECK(host.get(vm, P::control_platform_power_state) == Value{true});
    host.set(vm, P::native_experience, false);
    CHECK(host.get(vm, P::start_on_boot) == Value{false});
}

TEST_CASE("one guest VM at most has native experience; service VMs keep theirs") {
    HostOfVms host;
    const auto first = host.add(1, {{"native-experience", "true"}});
    const auto second = host.add(2);
    const auto service = host.add(3, {{"type", "ndvm"}, {"native-experience", "true"}});
    host.set(second, P::native_experience, true);
    CHECK(host.get(first, P::native_experience) == Value{false});
    CHECK(host.get(second, P::native_experience) == Value{true});
    CHECK(host.get(service, P::native_experience) == Value{true});
    host.set(first, P::native_experience, false);
    CHECK(host.get(second, P::native_experience) == Value{false});
}

TEST_CASE("memory bounds follow memory until they are set, and again after a value of zero or less") {
    HostOfVms host;
    const auto vm = host.add(1, {{"config/memory", "1024"}});
    for (const auto bound : {P::memory_min, P::memory_static_max}) {
        CHECK(host.get(vm, bound) == Value{1024});
        host.set(vm, bound, 2048);
        CHECK(host.get(vm, bound) == Value{2048});
        const auto effects = host.set(vm, bound, 0);
        CHECK_FALSE(effects.config_changed);
        CHECK(host.get(vm, bound) == Value{1024});
        host.set(vm, bound, -1);
    }
    CHECK(host.trees.at(vm).size() == 1);
    host.trees.at(vm).set("config/memory-min", "-5");
    CHECK(host.get(vm, P::memory_min) == Value{1024});
}

TEST_CASE("a value outside range or words is refused with what is allowed") {
    HostOfVms host;
    const auto vm = host.add(1);
    const auto refusal = [&](P property, const Value& value) -> std::string {
        try {
            plan_set(host.view(vm), property, value);
            return "";
        } catch (const Failure& failure) {
            return failure.what();
        }
    };
    CHECK_THAT(refusal(P::memory, -1), Catch::Contains("bad_value") && Catch::Contains("property memory = -1") &&
                                           Catch::Contains("from 0 to 16777216") && Catch::Contains(vm.text()));
    CHECK_THAT(refusal(P::virt_type, text("xen")), Catch::Contains("pv, pvh, hvm"));
    CHECK_THAT(refusal(P::s3_mode, text("")), Catch::Contains("pv, ignore, restart, snapshot"));
    CHECK_THAT(refusal(P::os, text("beos")), Catch::Contains("unknown_os") && Catch::Contains("linux"));
    CHECK_THAT(refusal(P::name, text("a\nb")), Catch::Contains("\"a\\x0ab\""));
    CHECK(refusal(P::memory, 1 << 24).empty());
}

TEST_CASE("a stored word that is not known reads as the fallback, and is reported once") {
    HostOfVms host;
    const auto vm = host.add(1, {{"os", "beos"}, {"config/virt-type", "?"}, {"config/acpi", "maybe"}, {"slot", "x"}});
    CHECK(host.get(vm, P::os) == text("unknown"));
    CHECK(host.get(vm, P::virt_type) == text("pv"));
    CHECK(host.get(vm, P::acpi) == Value{false});
    CHECK(host.get(vm, P::slot) == Value{0});
    CHECK(unreadable_keys(host.trees.at(vm)).size() == 4);
}

TEST_CASE("booleans are read in all their spellings and written in one") {
    HostOfVms host;
    const auto vm = host.add(1, {{"config/acpi", "yes"}, {"config/nx", "1"}, {"config/hpet", "no"}});
    CHECK(host.get(vm, P::acpi) == Value{true});
    CHECK(host.get(vm, P::nx) == Value{true});
    CHECK(host.get(vm, P::hpet) == Value{false});
    host.set(vm, P::acpi, true);
    CHECK(host.trees.at(vm).get("config/acpi") == "true");
}

TEST_CASE("the name is trimmed and always announced, changed or not") {
    HostOfVms host;
    const auto vm = host.add(1, {{"name", "desk"}});
    const auto effects = host.set(vm, P::name, text("  desk "));
    CHECK(effects.name_changed);
    CHECK(effects.switcher_changed);
    CHECK_FALSE(effects.config_changed);
    CHECK(host.get(vm, P::name) == text("desk"));
}

TEST_CASE("download progress is announced even when it stays the same") {
    HostOfVms host;
    const auto vm = host.add(1, {{"download-progress", "50"}});
    const auto plan = plan_set(host.view(vm), P::download_progress, 50);
    CHECK(plan.front().change.effects.transfer_changed);
    CHECK(plan.front().change.writes.at("download-progress") == "50");
}

TEST_CASE("usb-control makes the firewall read its rules again") {
    HostOfVms host;
    CHECK(host.set(host.add(1), P::usb_control, true).rpc_rules_changed);
}

TEST_CASE("print-screen is stored inverted, and true removes the key") {
    HostOfVms host;
    const auto vm = host.add(1);
    CHECK(host.get(vm, P::policy_print_screen) == Value{true});
    host.set(vm, P::policy_print_screen, false);
    CHECK(host.trees.at(vm).get("policies/print-screen-disallowed") == "true");
    CHECK(host.get(vm, P::policy_print_screen) == Value{false});
    host.set(vm, P::policy_print_screen, true);
    CHECK(host.trees.at(vm).entries().empty());
}

TEST_CASE("hooks and other texts that mean nothing when empty are removed by an empty value") {
    HostOfVms host;
    const auto vm = host.add(1);
    for (const auto property :
         {P::run_pre_boot, P::run_post_create, P::run_insteadof_start, P::boot_sentinel, P::crypto_user}) {
        host.set(vm, property, text("x"));
        CHECK(host.get(vm, property) == text("x"));
        CHECK_FALSE(host.set(vm, property, text("")).config_changed);
        CHECK(host.trees.at(vm).entries().empty());
    }
}

TEST_CASE("extra arguments are a list in the database and one line on the bus") {
    HostOfVms host;
    const auto vm =
        host.add(1, {{"config/extra-xenvm/0", "a=1"}, {"config/extra-xenvm/10", "c"}, {"config/extra-xenvm/9", "b"}});
    CHECK(host.get(vm, P::extra_xenvm) == text("a=1;b;c"));
    host.set(vm, P::extra_xenvm, text(" x = 'y' ;; z;"));
    CHECK(host.trees.at(vm) == test::tree_of({{"config/extra-xenvm/0", "x = 'y'"}, {"config/extra-xenvm/1", "z"}}));
    CHECK(test::failure_of([&] { host.set(vm, P::extra_xenvm, text("a\nb=c")); }) == "bad_value");
    CHECK(test::failure_of([&] { host.set(vm, P::extra_hvm, text("a'b")); }) == "bad_value");
    host.set(vm, P::extra_xenvm, text(""));
    CHECK(host.trees.at(vm).entries().empty());
}

TEST_CASE("a slot that is taken is swapped, whoever has it") {
    HostOfVms host;
    const auto first = host.add(1, {{"slot", "1"}});
    const auto service = host.add(2, {{"slot", "4"}, {"type", "ndvm"}});
    const auto effects = host.set(first, P::slot, 4);
    CHECK(effects.slot_changed);
    CHECK(host.get(first, P::slot) == Value{4});
    CHECK(host.get(service, P::slot) == Value{1});
}

TEST_CASE("a VM without a real slot takes one without giving anything in exchange") {
    HostOfVms host;
    const auto newcomer = host.add(1);
    const auto holder = host.add(2, {{"slot", "3"}});
    host.set(newcomer, P::slot, 3);
    CHECK(host.get(holder, P::slot) == Value{3});
    const auto third = host.add(3, {{"slot", "5"}});
    host.set(third, P::slot, 0);
    CHECK(host.get(third, P::slot) == Value{0});
    host.set(third, P::slot, -1);
    CHECK(host.get(third, P::slot) == Value{-1});
}

TEST_CASE("a GPU is stored only if the host offers it, and can always be given up") {
    HostOfVms host;
    host.host.gpus = {"0000:00:02.0", "0000:01:00.0"};
    const auto vm = host.add(1);
    CHECK(plan_set(host.view(vm), P::gpu, text("0000:05:00.0")).empty());
    host.set(vm, P::gpu, text("0000:01:00.0"));
    CHECK(host.get(vm, P::gpu) == text("0000:01:00.0"));
    host.host.gpus.clear();
    host.set(vm, P::gpu, text(""));
    CHECK(host.get(vm, P::gpu) == text(""));
}

TEST_CASE("the CD property shows and changes the medium of drive hdc and keeps the ids of the disks") {
    HostOfVms host;
    const auto vm = host.add(1, {{"config/disk/3/path", "/isos/tools.iso"},
                                 {"config/disk/3/device", "hdc"},
                                 {"config/disk/7/path", "/d.vhd"},
                                 {"config/disk/7/device", "hda"}});
    CHECK(host.get(vm, P::cd) == text("tools.iso"));
    CHECK(host.set(vm, P::cd, text("new.iso")).cd_changed);
    CHECK(host.trees.at(vm).get("config/disk/3/path") == "/storage/isos/new.iso");
    CHECK(host.trees.at(vm).get("config/disk/7/path") == "/d.vhd");
    host.set(vm, P::cd, text(""));
    CHECK(host.trees.at(vm).get("config/disk/3/path") == "/storage/isos/null.iso");
    CHECK(host.get(vm, P::cd) == text(""));
    for (const auto path : {"../../etc/passwd", "..", "a/b", "a'b"})
        CHECK(test::failure_of([&] { host.set(vm, P::cd, text(path)); }) == "bad_value");
}

TEST_CASE("a stub domain needs an HVM guest") {
    HostOfVms host;
    const auto vm = host.add(1, {{"stubdom", "true"}});
    CHECK(host.get(vm, P::stubdom) == Value{false});
    host.set(vm, P::virt_type, text("hvm"));
    CHECK(host.get(vm, P::stubdom) == Value{true});
}

TEST_CASE("seamless traffic follows the host unless set, and service VMs have none") {
    HostOfVms host;
    host.host.seamless_traffic_default = true;
    CHECK(host.get(host.add(1), P::seamless_traffic) == Value{true});
    CHECK(host.get(host.add(2, {{"seamless-traffic", "false"}}), P::seamless_traffic) == Value{false});
    CHECK(host.get(host.add(3, {{"type", "uivm"}, {"seamless-traffic", "true"}}), P::seamless_traffic) == Value{false});
    CHECK(host.get(host.add(4, {{"type", "pvm"}}), P::seamless_traffic) == Value{true});
}

TEST_CASE("portica is installed, enabled and seamless, or something is missing") {
    HostOfVms host;
    const auto vm = host.add(1, {{"seamless-traffic", "true"}, {"portica-enabled", "true"}});
    CHECK(host.get(vm, P::portica_enabled) == Value{0});
    host.trees.at(vm).set("portica-installed", "true");
    CHECK(host.get(vm, P::portica_enabled) == Value{1});
    host.trees.at(vm).set("seamless-traffic", "false");
    CHECK(host.get(vm, P::portica_enabled) == Value{2});
}

TEST_CASE("state and ACPI state are told from what is known of the domain") {
    using S = model::VmState;
    struct Row {
        S state;
        int acpi;
        bool hibernated;
        std::string_view virt_type;
        int expected;
    };
    const Row rows[] = {
        {S::shutdown, 5, false, "hvm", 5}, {S::shutdown, 5, true, "hvm", 4}, {S::rebooted, 5, false, "hvm", 5},
        {S::running, 0, false, "hvm", 0},  {S::running, 3, false, "hvm", 3}, {S::running, 3, true, "hvm", 3},
        {S::running, 3, false, "pv", 0},   {S::running, 5, false, "hvm", 0}, {S::paused, 0, false, "pvh", 0}};
    for (const auto& row : rows) {
        HostOfVms host;
        const auto vm =
            host.add(1, {{"config/virt-type", row.virt_type}, {"hibernated", row.hibernated ? "true" : "false"}});
        host.live[vm] = {.state = row.state, .acpi = row.acpi};
        CHECK(host.get(vm, P::acpi_state) == Value{row.expected});
        CHECK(host.get(vm, P::state) == text(model::shown_as(row.state)));
    }
    HostOfVms host;
    const auto vm = host.add(1);
    host.live[vm].login_required = true;
    CHECK(host.get(vm, P::state) == text("locked"));
}

TEST_CASE("facts of the domain are shown as they are known") {
    HostOfVms host;
    const auto vm = host.add(1);
    CHECK(host.get(vm, P::domid) == Value{-1});
    CHECK(host.get(vm, P::stub_domid) == Value{-1});
    host.live[vm] = {.domid = 7, .stubdomid = 8, .memory_target_kib = 2048 * 1024};
    CHECK(host.get(vm, P::domid) == Value{7});
    CHECK(host.get(vm, P::stub_domid) == Value{8});
    CHECK(host.get(vm, P::memory_target) == Value{2048});
    CHECK(host.get(vm, P::uuid) == text(vm.text()));
    host.host.autostart_pending = {vm};
    CHECK(host.get(vm, P::autostart_pending) == Value{true});
}

TEST_CASE("private space counts whole mebibytes of images, not devices") {
    HostOfVms host;
    host.host.file_size = [](const std::string& path) -> std::int64_t {
        return path == "/a" ? (3 << 20) - 1 : 5 << 20;
    };
    const auto vm = host.add(1, {{"config/disk/0/path", "/a"},
                                 {"config/disk/1/path", "/b"},
                                 {"config/disk/2/path", "/dev/c"},
                                 {"config/disk/2/type", "phy"}});
    CHECK(host.get(vm, P::private_space) == Value{2 + 5});
}

TEST_CASE("the mouse leaves the screen towards the nearest running VM") {
    HostOfVms host;
    host.host.gpus = {"a", "b", "c", "d"};
    const auto left = host.add(1, {{"gpu", "a"}, {"slot", "1"}});
    const auto middle = host.add(2, {{"gpu", "c"}, {"slot", "2"}});
    const auto right = host.add(3, {{"gpu", "d"}, {"slot", "3"}});
    const auto without = host.add(4, {{"slot", "4"}});
    CHECK(host.get(middle, P::seamless_mouse_left) == Value{-1});
    host.live[left].state = host.live[right].state = host.live[middle].state = model::VmState::running;
    CHECK(host.get(middle, P::seamless_mouse_left) == Value{1});
    CHECK(host.get(middle, P::seamless_mouse_right) == Value{3});
    CHECK(host.get(left, P::seamless_mouse_right) == Value{2});
    CHECK(host.get(left, P::seamless_mouse_left) == Value{-1});
    CHECK(host.get(without, P::seamless_mouse_left) == Value{-1});
}

TEST_CASE("wired and wireless network are those of the first NIC of each kind, and need no permission") {
    HostOfVms host;
    const auto vm = host.add(1, {{"config/nic/0/id", "0"},
                                 {"config/nic/0/network", "/wifi/0/shared"},
                                 {"config/nic/0/wireless-driver", "true"},
                                 {"config/nic/1/id", "1"},
                                 {"policies/modify-vm-settings", "false"}});
    CHECK(host.get(vm, P::wired_network) == text("/wired/0/bridged"));
    CHECK(host.get(vm, P::wireless_network) == text("/wifi/0/shared"));
    CHECK(host.set(vm, P::wired_network, text("/wired/1/shared")).network_changed);
    CHECK(host.trees.at(vm).get("config/nic/1/network") == "/wired/1/shared");
    require_edit_allowed(host.view(vm), P::wired_network);
    require_edit_allowed(host.view(vm), P::wireless_network);
    CHECK(test::failure_of([&] { require_edit_allowed(host.view(vm), P::memory); }) == "policy_forbids_edit");
    CHECK(test::failure_of([&] { require_edit_allowed(host.view(vm), P::policy_modify_vm_settings); }) ==
          "policy_forbids_edit");
    CHECK(test::failure_of([&] { host.set(host.add(2), P::wired_network, text("/wired/0/shared")); }) == "no_such_nic");
}

TEST_CASE("the MAC of a VM is that of its first NIC") {
    HostOfVms host;
    const auto vm = host.add(1, {{"config/nic/2/mac", "00:16:3E:00:00:01"}, {"config/nic/5/id", "5"}});
    CHECK(host.get(vm, P::mac) == text("00:16:3e:00:00:01"));
    CHECK(host.get(host.add(2), P::mac) == text(""));
}

TEST_CASE("image-path has two names") {
    HostOfVms host;
    const auto vm = host.add(1);
    CHECK(host.set(vm, P::image_path, text(" a.png ")).switcher_changed);
    CHECK(host.get(vm, P::image_path_vg) == text("a.png"));
}

TEST_CASE("what must be announced is what reads differently, other properties and VMs included") {
    HostOfVms host;
    const auto vm = host.add(1, {{"config/memory", "512"}});
    const auto before = get_all(host.view(vm));
    host.set(vm, P::memory, 1024);
    const auto changed = differences(before, get_all(host.view(vm)));
    CHECK(changed == std::vector<P>{P::memory, P::memory_min, P::memory_static_max});
}

TEST_CASE("a plan becomes one request to the database, with absolute paths") {
    HostOfVms host;
    const auto first = host.add(1, {{"slot", "1"}});
    host.add(2, {{"slot", "4"}});
    const auto request = store_request(plan_set(host.view(first), P::slot, 4));
    CHECK(request.values == StringMap{{"/vm/" + test::uuid_of(1).text() + "/slot", "4"},
                                      {"/vm/" + test::uuid_of(2).text() + "/slot", "1"}});
    const auto removal =
        store_request(plan_set(host.view(host.add(3, {{"run-pre-boot", "x"}})), P::run_pre_boot, text("")));
    CHECK(removal.removed == StringList{"/vm/" + test::uuid_of(3).text() + "/run-pre-boot"});
}
