#include "connect/host_devices.hpp"

#include "connect/pci_names.hpp"
#include "fakes/scratch_dir.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <initializer_list>
#include <utility>

using namespace xm;
using namespace xm::connect;
namespace fs = std::filesystem;

namespace {

using Attributes = std::initializer_list<std::pair<const char*, const char*>>;

class MadeUpHost {
public:
    void add_pci(const std::string& address, Attributes attributes) const {
        const auto folder = dir_.path() / "sys/bus/pci/devices" / address;
        fs::create_directories(folder);
        for (const auto& [name, value] : attributes)
            std::ofstream{folder / name} << value << "\n";
    }
    void add_block(const std::string& name, const std::string& device) const {
        fs::create_directories(dir_.path() / "sys/block" / name);
        fs::create_symlink("../../devices/x/" + device, dir_.path() / "sys/block" / name / "device");
    }
    void add_names(const std::string& list) const {
        fs::create_directories(dir_.path() / "usr/share/misc");
        std::ofstream{dir_.path() / "usr/share/misc/pci.ids"} << list;
    }
    LocalDevices devices() const { return LocalDevices{dir_.path()}; }

private:
    test::ScratchDir dir_;
};

constexpr auto names =
    "# comment\n"
    "10ec  Realtek\n"
    "\t8168  RTL8111\n"
    "8086  Intel Corporation\n"
    "# in between\n"
    "\t1502  82579LM Gigabit\n"
    "\t\t17aa 21ce  ThinkPad\n"
    "C 02  Network controller\n";

}    // namespace

TEST_CASE("PCI devices are read with their ids, class and name, by address") {
    const MadeUpHost host;
    host.add_pci("0000:02:00.0", {{"vendor", "0x10ec"}, {"device", "0x9999"}, {"class", "0x020000"}});
    host.add_pci("0000:00:19.0", {{"vendor", "0x8086"}, {"device", "0x1502"}, {"class", "0x020001"}});
    host.add_names(names);
    const auto found = host.devices().pci_devices();
    REQUIRE(found.size() == 2);
    CHECK(found[0].address.text() == "0000:00:19.0");
    CHECK(found[0].vendor == 0x8086);
    CHECK(found[0].device == 0x1502);
    CHECK(found[0].pci_class == 0x0200);
    CHECK(found[0].name == "Intel Corporation 82579LM Gigabit");
    CHECK(found[1].name == "Unknown device (10ec:9999)");
}

TEST_CASE("of display adapters it is known which one the firmware chose") {
    const MadeUpHost host;
    host.add_pci("0000:00:02.0", {{"vendor", "0x8086"}, {"device", "0x1"}, {"class", "0x030000"}, {"boot_vga", "1"}});
    host.add_pci("0000:01:00.0", {{"vendor", "0x10de"}, {"device", "0x2"}, {"class", "0x030000"}, {"boot_vga", "0"}});
    host.add_pci("0000:02:00.0", {{"vendor", "0x10de"}, {"device", "0x3"}, {"class", "0x038000"}});
    const auto found = host.devices().pci_devices();
    REQUIRE(found.size() == 3);
    CHECK(found[0].boot_vga == true);
    CHECK(found[1].boot_vga == false);
    CHECK_FALSE(found[2].boot_vga.has_value());
}

TEST_CASE("memory regions count, ports and unused regions do not") {
    const MadeUpHost host;
    host.add_pci("0000:01:00.0", {{"vendor", "0x1"},
                                  {"device", "0x2"},
                                  {"class", "0x020000"},
                                  {"resource",
                                   "0x00000000f0000000 0x00000000f00fffff 0x0000000000040200\n"
                                   "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
                                   "0x000000000000e000 0x000000000000e01f 0x0000000000040101\n"
                                   "0x00000000f0100000 0x00000000f0100fff 0x0000000000040200\n"
                                   "no region"}});
    CHECK(host.devices().pci_devices().at(0).memory_bytes == 0x101000);
}

TEST_CASE("what is no device, or cannot be read, is left out") {
    const MadeUpHost host;
    host.add_pci("0000:00:00.0", {{"vendor", "0x1"}, {"device", "0x2"}});
    host.add_pci("0000:00:01.0", {{"vendor", "much"}, {"device", "0x2"}, {"class", "0x020000"}});
    host.add_pci("nonsense", {{"vendor", "0x1"}, {"device", "0x2"}, {"class", "0x020000"}});
    CHECK(host.devices().pci_devices().empty());
    CHECK(LocalDevices{"/nowhere"}.pci_devices().empty());
    CHECK(LocalDevices{"/nowhere"}.cd_drives().empty());
}

TEST_CASE("CD drives go by their SCSI addresses") {
    const MadeUpHost host;
    host.add_block("sr1", "4:0:0:0");
    host.add_block("sr0", "1:0:0:0");
    host.add_block("sda", "0:0:0:0");
    host.add_block("sr2", "strange");
    CHECK(host.devices().cd_drives() == std::vector<std::string>{"1:0:0:0", "4:0:0:0"});
}

TEST_CASE("a device's name is looked for below its own vendor only") {
    CHECK(pci_name(names, 0x8086, 0x1502) == "Intel Corporation 82579LM Gigabit");
    CHECK(pci_name(names, 0x8086, 0x8168) == "Unknown device (8086:8168)");
    CHECK(pci_name(names, 0x17aa, 0x21ce) == "Unknown device (17aa:21ce)");
    CHECK(pci_name("", 0x8086, 0x1502) == "Unknown device (8086:1502)");
}
