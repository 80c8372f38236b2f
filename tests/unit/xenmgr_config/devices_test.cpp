#include "base/mac.hpp"
#include "unit/xenmgr_config/host_of_vms.hpp"
#include "xenmgr/config/disk_rows.hpp"
#include "xenmgr/config/nic_rows.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::xenmgr;
using Catch::StartsWith;
using test::failure_of;
using test::text;
using test::tree_of;
using D = DiskProperty;
using N = NicProperty;

namespace {

const Uuid vm = test::uuid_of(1);

ConfigTree with_disk() {
    ConfigTree tree;
    tree.apply(plan_add_disk(tree).change);
    return tree;
}

ConfigTree with_nic() {
    ConfigTree tree;
    tree.apply(plan_add_nic(tree).change);
    return tree;
}

}    // namespace

TEST_CASE("a generated MAC is a function of NIC and VM") {
    const auto mac = [](int nic, std::string_view uuid) { return generated_mac(nic, *Uuid::parse(uuid)); };
    CHECK(mac(0, "00000000-0000-0000-0000-000000000001") == "4e:1c:b4:98:ed:0a");
    CHECK(mac(1, "00000000-0000-0000-0000-000000000001") == "f2:48:68:4f:d0:81");
    CHECK(mac(0, "11111111-2222-3333-4444-555555555555") == "a2:5c:2e:58:24:12");
}

TEST_CASE("a MAC from outside has six octets and is not multicast") {
    CHECK(parse_mac("00:16:3E:aB:cd:EF") == "00:16:3e:ab:cd:ef");
    for (const auto wrong : {"", "00:16:3e:ab:cd", "00:16:3e:ab:cd:ef:00", "00-16-3e-ab-cd-ef", "01:16:3e:ab:cd:ef",
                             "0:016:3e:ab:cd:ef", "00:16:3e:ab:cd:eg", "+0:16:3e:ab:cd:ef"}) {
        INFO(wrong);
        CHECK_FALSE(parse_mac(wrong).has_value());
    }
}

TEST_CASE("a new disk is an empty writable vhd on the first free device") {
    auto tree =
        tree_of({{"config/disk/0/device", "hda"}, {"config/disk/4/device", "hdc"}, {"config/disk/4/path", "/a"}});
    const auto added = plan_add_disk(tree);
    CHECK(added.id == 5);
    CHECK(added.change.effects.config_changed);
    tree.apply(added.change);
    const auto disk = read_disk(tree, 5);
    CHECK(disk == model::Disk{.id = 5,
                              .path = "",
                              .type = model::DiskType::vhd,
                              .mode = model::DiskMode::w,
                              .device = "hdb",
                              .devtype = model::DiskDevtype::disk,
                              .enabled = true,
                              .snapshot = "",
                              .shared = false,
                              .managed = "",
                              .sha1sum = ""});
    CHECK(tree.get("config/disk/5/shared") == "false");
    CHECK_FALSE(tree.has("config/disk/5/enable"));
    CHECK(plan_add_disk(ConfigTree{}).id == 0);
    CHECK(disk_ids(tree) == std::vector<int>{0, 4, 5});
}

TEST_CASE("a VM has at most 26 disks") {
    ConfigTree tree;
    for (int i = 0; i < 26; ++i)
        tree.apply(plan_add_disk(tree).change);
    CHECK(read_disk(tree, 25).device == "hdz");
    CHECK(failure_of([&] { plan_add_disk(tree); }) == "duplicate_device");
}

TEST_CASE("attaching an image sets path and type, and makes the disk a writable one") {
    auto tree = with_disk();
    tree.apply(plan_attach(tree, vm, 0, "/dev/sda3", model::DiskType::phy));
    CHECK(get_disk(tree, vm, 0, D::phys_path, {}) == text("/dev/sda3"));
    CHECK(get_disk(tree, vm, 0, D::phys_type, {}) == text("phy"));
    CHECK(get_disk(tree, vm, 0, D::mode, {}) == text("w"));
    tree.apply(plan_attach(tree, vm, 0, "/storage/a.vhd", model::DiskType::vhd));
    CHECK(get_disk(tree, vm, 0, D::phys_type, {}) == text("vhd"));
    CHECK(plan_attach(tree, vm, 0, "/storage/a.vhd", model::DiskType::vhd).empty());
}

TEST_CASE("every stored property of a disk reads back what was set") {
    auto tree = with_disk();
    const std::pair<D, Value> rows[] = {
        {D::devtype, text("cdrom")},
        {D::enabled, false},
        {D::managed_disktype, text("system")},
        {D::mode, text("r")},
        {D::phys_path, text("/x y")},
        {D::phys_type, text("aio")},
        {D::shared, true},
        {D::snapshot, text("temporary")},
        {D::virt_path, text("xvda1")},
    };
    for (const auto& [property, value] : rows) {
        tree.apply(plan_set_disk(tree, vm, 0, property, value));
        CHECK(get_disk(tree, vm, 0, property, {}) == value);
        CHECK(plan_set_disk(tree, vm, 0, property, value).empty());
    }
    tree.apply(plan_set_disk(tree, vm, 0, D::snapshot, text("none")));
    CHECK_FALSE(tree.has("config/disk/0/snapshot"));
    CHECK(get_disk(tree, vm, 0, D::snapshot, {}) == text("none"));
    tree.apply(plan_set_disk(tree, vm, 0, D::managed_disktype, text("")));
    CHECK_FALSE(tree.has("config/disk/0/managed-disktype"));
}

TEST_CASE("a disk refuses unknown words, unsafe paths and what has no effect") {
    const auto tree = with_disk();
    const auto refusal = [&](D property, const Value& value) {
        return failure_of([&] { plan_set_disk(tree, vm, 0, property, value); });
    };
    CHECK(refusal(D::phys_type, text("zip")) == "bad_value");
    CHECK(refusal(D::mode, text("rw")) == "bad_value");
    CHECK(refusal(D::phys_path, text("/a'b")) == "bad_value");
    CHECK(refusal(D::phys_path, text("a.vhd")) == "bad_value");
    CHECK(refusal(D::phys_path, text("")).empty());
    CHECK(refusal(D::enabled, text("true")) == "bad_value");
    CHECK(refusal(D::backend_uuid, text("x")) == "not_supported");
    CHECK(refusal(D::virtual_size_mb, 5) == "property_not_writable");
    CHECK(get_disk(tree, vm, 0, D::backend_name, {}) == text(""));
}

TEST_CASE("facts of an image come from the image") {
    const auto tree = with_disk();
    const ImageFacts image{.key_set = true, .virtual_size_mb = 100, .utilization_bytes = 5'000'000'000};
    CHECK(get_disk(tree, vm, 0, D::encryption_key_set, image) == Value{true});
    CHECK(get_disk(tree, vm, 0, D::virtual_size_mb, image) == Value{100});
    CHECK(get_disk(tree, vm, 0, D::utilization_bytes, image) == Value{std::int64_t{5'000'000'000}});
}

TEST_CASE("an unknown disk is refused, but may be deleted") {
    const auto tree = with_disk();
    CHECK(failure_of([&] { get_disk(tree, vm, 1, D::mode, {}); }) == "no_such_disk");
    CHECK(failure_of([&] { plan_set_disk(tree, vm, 1, D::enabled, true); }) == "no_such_disk");
    CHECK(plan_delete_disk(tree, 1).empty());
    auto emptied = tree;
    emptied.apply(plan_delete_disk(tree, 0));
    CHECK(disk_ids(emptied).empty());
}

TEST_CASE("a deleted disk takes along an image that nobody else uses") {
    test::HostOfVms host;
    const auto mine = host.add(1, {{"config/disk/0/path", "/own.vhd"},
                                   {"config/disk/0/type", "vhd"},
                                   {"config/disk/1/path", "/both.vhd"},
                                   {"config/disk/1/type", "vhd"},
                                   {"config/disk/2/path", "/shared.vhd"},
                                   {"config/disk/2/type", "vhd"},
                                   {"config/disk/2/shared", "true"},
                                   {"config/disk/3/path", "/a.iso"},
                                   {"config/disk/3/type", "file"}});
    host.add(2, {{"config/disk/9/path", "/both.vhd"}, {"config/disk/9/type", "vhd"}});
    const auto taken = [&] {
        std::vector<std::string> images;
        for (const auto& disk : read_disks(host.trees.at(mine)))
            if (is_private_image(host.view(mine), disk)) images.push_back(disk.path);
        return images;
    };
    CHECK(taken() == std::vector<std::string>{"/own.vhd"});
    host.trees.at(mine).set("backend", "managed");
    CHECK(taken().empty());
}

TEST_CASE("a new NIC is enabled, on the default network, with an automatic address") {
    auto tree = with_nic();
    CHECK(tree == tree_of({{"config/nic/0/id", "0"}, {"config/nic/0/network", "/wired/0/bridged"}}));
    CHECK(get_nic(tree, vm, 0, N::enabled) == Value{true});
    CHECK(get_nic(tree, vm, 0, N::mac) == text("auto"));
    CHECK(get_nic(tree, vm, 0, N::mac_actual) == text(generated_mac(0, vm)));
    CHECK(get_nic(tree, vm, 0, N::model) == text("e1000"));
    CHECK(get_nic(tree, vm, 0, N::backend_uuid) == text(""));
    CHECK(get_nic(tree, vm, 0, N::wireless_driver) == Value{false});
    CHECK(plan_add_nic(tree).id == 1);
}

TEST_CASE("every property of a NIC reads back what was set, and unset values leave no key") {
    auto tree = with_nic();
    const std::pair<N, Value> rows[] = {
        {N::backend_name, text("net")},      {N::backend_uuid, text(vm.text())}, {N::enabled, false},
        {N::mac, text("00:16:3e:00:00:01")}, {N::model, text("rtl8139")},        {N::network, text("/wifi/0/shared")},
        {N::wireless_driver, true},
    };
    for (const auto& [property, value] : rows) {
        tree.apply(plan_set_nic(tree, vm, 0, property, value));
        CHECK(get_nic(tree, vm, 0, property) == value);
    }
    CHECK(get_nic(tree, vm, 0, N::mac_actual) == text("00:16:3e:00:00:01"));
    const std::pair<N, Value> unset[] = {{N::backend_name, text("")},
                                         {N::backend_uuid, text("")},
                                         {N::mac, text("auto")},
                                         {N::model, text("")},
                                         {N::wireless_driver, false},
                                         {N::enabled, true},
                                         {N::network, text("/wired/0/bridged")}};
    for (const auto& [property, value] : unset)
        tree.apply(plan_set_nic(tree, vm, 0, property, value));
    CHECK(tree == tree_of({{"config/nic/0/id", "0"},
                           {"config/nic/0/network", "/wired/0/bridged"},
                           {"config/nic/0/enable", "true"}}));
}

TEST_CASE("old bridge names are understood on read and set") {
    auto tree = tree_of({{"config/nic/0/network", "brshared"}, {"config/nic/1/id", "1"}});
    CHECK(get_nic(tree, vm, 0, N::network) == text("/wired/0/shared"));
    CHECK(get_nic(tree, vm, 1, N::network) == text("/wired/0/bridged"));
    const auto change = plan_set_nic(tree, vm, 0, N::network, text("brinternal"));
    CHECK(change.effects.network_changed);
    tree.apply(change);
    CHECK(tree.get("config/nic/0/network") == "/internal");
    CHECK(network_path("brwireless") == "/wifi/0/shared");
    CHECK(network_path("brbridged") == "/wired/0/bridged");
}

TEST_CASE("a NIC refuses bad addresses and empty networks; an unknown one is refused") {
    const auto tree = with_nic();
    const auto refusal = [&](int nic, N property, const Value& value) {
        return failure_of([&] { plan_set_nic(tree, vm, nic, property, value); });
    };
    CHECK(refusal(0, N::mac, text("ff:ff:ff:ff:ff:ff")) == "bad_value");
    CHECK(refusal(0, N::mac, text("mac")) == "bad_value");
    CHECK(refusal(0, N::network, text("")) == "bad_value");
    CHECK_THROWS_WITH(plan_set_nic(tree, vm, 0, N::mac, text("m'ac")),
                      StartsWith("bad_value: " + nic_path(vm, 0) + R"(: property mac = "m\x27ac": must be auto or )"));
    CHECK(refusal(0, N::network, text("/a\n")) == "bad_value");
    CHECK(refusal(0, N::mac_actual, text("")) == "property_not_writable");
    CHECK(refusal(3, N::enabled, true) == "no_such_nic");
    CHECK(failure_of([&] { get_nic(tree, vm, 3, N::enabled); }) == "no_such_nic");
    CHECK(failure_of([&] { plan_delete_nic(tree, vm, 3); }) == "no_such_nic");
    auto emptied = tree;
    emptied.apply(plan_delete_nic(tree, vm, 0));
    CHECK(emptied.entries().empty());
}
