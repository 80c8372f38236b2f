#include "xenmgr/config/gpus.hpp"

#include "unit/xenmgr_config/host_of_vms.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::xenmgr;
using test::tree_of;

namespace {

PciDevice device(std::string_view address, std::uint16_t pci_class, std::optional<bool> boot_vga = {}) {
    return {.address = *PciAddress::parse(address), .pci_class = pci_class, .boot_vga = boot_vga};
}

HostFacts two_cards(const char* secondary = "true") {
    HostFacts facts;
    facts.capabilities["secondary-gpu-pt"] = secondary;
    facts.pci_devices = {device("0000:00:02.0", 0x0300, false), device("0000:00:19.0", 0x0200),
                         device("0000:01:00.0", 0x0300, true), device("0000:01:00.1", 0x0403)};
    return facts;
}

using Addresses = std::vector<std::string>;

}    // namespace

TEST_CASE("the adapter that the firmware chose is offered, others only where the host is made for it") {
    CHECK(offered_gpus(two_cards("false"), {}) == Addresses{"0000:01:00.0"});
    CHECK(offered_gpus(two_cards(), {}) == Addresses{"0000:01:00.0", "0000:00:02.0"});
    CHECK(offered_gpus({}, {}).empty());
}

TEST_CASE("adapters of the display handler are not offered") {
    CHECK(offered_gpus(two_cards(), tree_of({{"xenmgr/dh/gpu", "0000:01:00.0"}})) == Addresses{"0000:00:02.0"});
}

TEST_CASE("adapters stand where the host's configuration places them") {
    CHECK(offered_gpus(two_cards(), tree_of({{"xenmgr/gpu-placement/0000:01:00.0", "5"}})) ==
          Addresses{"0000:00:02.0", "0000:01:00.0"});
}

TEST_CASE("a VM with an adapter gets the other functions of its card, once") {
    const auto host = two_cards().pci_devices;
    auto tree = tree_of({{"gpu", "0000:01:00.0"}, {"config/pci/1/class", "0x0200"}});
    tree.apply(plan_pass_whole_gpu(tree, host));
    CHECK(list_pci_rules(tree).at(1) == StringMap{{"id", "2"}, {"rule", "bdf=0000:01:00.1"}});
    CHECK(plan_pass_whole_gpu(tree, host).empty());
    CHECK(plan_pass_whole_gpu(tree_of({{"gpu", ""}}), host).empty());
    CHECK(plan_pass_whole_gpu(tree_of({{"gpu", "nonsense"}}), host).empty());
}

TEST_CASE("the more memory devices have, the more room a guest leaves them") {
    const auto hole = [](std::uint64_t mib) {
        PassedDevices passed;
        passed.present.push_back({{.address = {}, .memory_bytes = mib << 20}, {}});
        return mmio_hole_mib(passed);
    };
    CHECK(mmio_hole_mib({}) == 256);
    CHECK(hole(127) == 256);
    CHECK(hole(128) == 512);
    CHECK(hole(512) == 1024);
    CHECK(hole(1024) == 2048);
    CHECK(test::failure_of([&] { hole(4096); }) == "pci_memory_too_large");
}
