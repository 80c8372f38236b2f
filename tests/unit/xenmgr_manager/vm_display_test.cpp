#include "xenmgr/manager/vm_display.hpp"

#include "fakes/fake_vm_nodes.hpp"

#include <catch2/catch.hpp>

namespace xm::xenmgr {
namespace {

const Uuid web = *Uuid::parse("11111111-2222-3333-4444-555555555555");
const Uuid net = *Uuid::parse("22222222-2222-3333-4444-555555555555");

struct TwoDrives final : connect::HostDevices {
    std::vector<model::PciDevice> pci_devices() const override { return {}; }
    StringList cd_drives() const override { return {"1:0:0:0", "2:0:0:0"}; }
};

struct World {
    World() {
        ConfigTree tree;
        tree.set("name", "web");
        tree.set("slot", "3");
        tree.set("image_path", "images/web.png");
        tree.set("hidden", "true");
        tree.set("seamless-id", "s");
        registry.put(web, tree);
        ConfigTree service;
        service.set("name", "net");
        service.set("type", "ndvm");
        service.set("show-switcher", "false");
        service.set("provides-network-backend", "true");
        registry.put(net, service);
    }
    std::map<Uuid, LiveFacts> live{{web, {.domid = 7}}, {net, {.domid = 8, .stubdomid = 9}}};
    Registry registry{[this](const Uuid& vm) { return live[vm]; }};
    TwoDrives devices;
    fakes::FakeVmNodes nodes;
    VmDisplay display{registry, devices, nodes};
};

TEST_CASE("a VM is shown with what the switcher needs") {
    World world;
    world.display.came_up(web);
    const connect::SwitcherEntry expected{.domid = 7,
                                          .slot = 3,
                                          .name = "web",
                                          .image = "images/web.png",
                                          .type = "svm",
                                          .seamless_id = "s",
                                          .hidden = true};
    CHECK(world.nodes.shown.at(web) == expected);
    world.display.came_up(net);
    const auto& service = world.nodes.shown.at(net);
    CHECK((service.service && service.hide_switcher && service.stubdomid == 9 && service.type == "ndvm"));
}

TEST_CASE("a VM is shown from its domain on, as it is configured now, until it is down") {
    World world;
    world.display.domain_created(web);
    world.registry.edit(web).set("name", "renamed");
    world.display.refresh(web);
    CHECK(world.nodes.shown.at(web).name == "renamed");
    world.display.went_down(web);
    CHECK(world.nodes.shown.empty());
    world.live[web].domid = -1;
    world.display.refresh(web);
    CHECK(world.nodes.shown.empty());
}

TEST_CASE("the network's backend is the VM that provides it, while it runs") {
    World world;
    world.display.came_up(web);
    CHECK_FALSE(world.nodes.network_backend);
    world.display.came_up(net);
    CHECK(world.nodes.network_backend == 8);
    world.display.went_down(web);
    CHECK(world.nodes.network_backend == 8);
    world.display.went_down(net);
    CHECK(world.nodes.network_backend == 0);
}

TEST_CASE("the network's backend is known before it runs") {
    World world;
    world.display.domain_created(net);
    CHECK(world.nodes.network_backend == 8);
}

TEST_CASE("of two that provide the network, the other one does when the first is down") {
    World world;
    world.registry.edit(web).set("provides-network-backend", "true");
    world.display.came_up(web);
    world.display.came_up(net);
    world.display.went_down(net);
    CHECK(world.nodes.network_backend == 7);
    world.live[net].domid = -1;
    world.display.went_down(web);
    CHECK(world.nodes.network_backend == 0);
}

TEST_CASE("a domain learns before it runs that its firewall is ready, and may use its snapshot's node") {
    World world;
    world.display.snapshot_state_set(net, model::SnapshotState::possible);
    world.display.domain_created(net);
    world.display.domain_created(web);
    CHECK(world.nodes.behind_firewall == std::set{7, 8});
    CHECK(world.nodes.snapshots == std::map<Uuid, model::SnapshotState>{{net, model::SnapshotState::possible}});
    CHECK(world.nodes.snapshots_shared == std::map<Uuid, int>{{net, 8}});
}

TEST_CASE("drives lock by themselves unless the host forbids it or a VM has them") {
    World world;
    world.registry.edit_host_tree().set("xenmgr/cdassign/2_0_0_0", web.text());
    world.display.domain_created(web);
    CHECK(world.nodes.autolocks ==
          std::map<int, std::map<std::string, bool>>{{7, {{"1:0:0:0", true}, {"2:0:0:0", false}}}});
    world.registry.edit_host_tree().set("xenmgr/autolock-cd-drives", "false");
    world.display.refresh_autolocks();
    for (const int domid : {7, 8})
        CHECK(world.nodes.autolocks.at(domid) == std::map<std::string, bool>{{"1:0:0:0", false}, {"2:0:0:0", false}});
}

TEST_CASE("a VM that is not configured any more is not shown") {
    World world;
    world.registry.erase(net);
    world.display.came_up(net);
    world.display.domain_created(net);
    world.display.went_down(net);
    CHECK(world.nodes.shown.empty());
    CHECK_FALSE(world.nodes.network_backend);
}

}    // namespace
}    // namespace xm::xenmgr
