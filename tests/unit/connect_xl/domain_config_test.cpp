#include "connect/xl/domain_config.hpp"

#include "base/failure.hpp"
#include "connect/guest_json.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

// Each golden/<name>.spec.json is a GuestSpec, golden/<name>.json what libxl says of the domain made from it. After a
// change that is meant, `XM_WRITE_GOLDEN=1 connect_xl_test` writes the second anew: read the difference, then commit
// it.

using namespace xm;
namespace fs = std::filesystem;

namespace {

std::string contents(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream{file}.rdbuf();
    return text.str();
}

std::string libxl_json(const model::GuestSpec& spec) {
    auto config = connect::xl::domain_config(spec);
    char* json = libxl_domain_config_to_json(nullptr, config.get());
    REQUIRE(json != nullptr);
    const std::string text = json;
    std::free(json);
    return text;
}

}    // namespace

TEST_CASE("libxl is told what the golden files say") {
    int checked = 0;
    for (const auto& entry : fs::directory_iterator{XM_GOLDEN_DIR}) {
        const auto name = entry.path().filename().string();
        const auto end = name.find(".spec.json");
        if (end == name.npos) continue;
        INFO(name);
        const fs::path golden = fs::path{XM_GOLDEN_DIR} / (name.substr(0, end) + ".json");
        const auto made = libxl_json(connect::guest_spec_from_json(contents(entry.path())));
        if (std::getenv("XM_WRITE_GOLDEN") != nullptr) std::ofstream{golden} << made;
        CHECK(made == contents(golden));
        ++checked;
    }
    CHECK(checked >= 10);
}

namespace {

struct Refused {
    std::string_view members;    // of a spec, instead of those of a good one
    std::string_view names;      // what the failure must say
};

constexpr Refused refused[] = {
    {R"("uuid": "nonsense")", "uuid: 'nonsense' is no uuid"},
    {R"("memory-mib": 0)", "memory-mib: 0 MiB"},
    {R"("memory-mib": 256, "memory-max-mib": 128)", "memory-max-mib: 128 MiB is less than the 256 MiB"},
    {R"("vcpus": 0)", "vcpus: 0; a domain has 1 to"},
    {R"("vcpus": 100000)", "vcpus: 100000"},
    {R"("cpuid": ["host", "host,nosuch=1"])", "cpuid[1]: 'host,nosuch=1': libxl does not know this feature"},
    {R"("cpuid": ["tm"])", "cpuid[0]: 'tm': '=' or ':' is missing"},
    {R"("cpuid": ["1:ecx=01"])", "cpuid[0]: '1:ecx=01'"},
    {R"("virt-type": "hvm", "viridian": "base,warp")", "viridian: 'warp' is none of 0, 1, defaults, all, base, freq"},
    {R"("virt-type": "hvm", "timer-mode": "fast")", "timer-mode: 'fast' is none of"},
    {R"("virt-type": "hvm", "bios": "coreboot")", "bios: 'coreboot' is none of"},
    {R"("virt-type": "hvm", "hdtype": "mfm")", "hdtype: 'mfm' is none of ide, ahci"},
    {R"("virt-type": "hvm", "vga": "cga")", "vga: neither stdvga nor none"},
    {R"("virt-type": "hvm", "mmio-hole-mib": 4)", "mmio-hole-mib: 4; the hole is 256 to"},
    {R"("virt-type": "hvm", "stubdom": true, "stubdom-memory-mib": -1)", "stubdom-memory-mib"},
    {R"("videoram-mib": -1)", "videoram-mib"},
    {R"("pci": ["0000:01:00.0", "1:2"])", "1:2: it is passed through"},
    {R"("pci": ["0000:01:00.0@20"])", "the guest's slot must be 1 to 1f"},
    {R"("ioports": "3ff-3f8")", "ioports: '3ff-3f8' is no range of ports"},
    {R"("iomem": "fed40")", "iomem: 'fed40' is no range of memory"},
    {R"("disks": [{"id": 4, "path": "/a", "type": "vdi", "device": "xvda"}])",
     "disk 4: type: the hypervisor cannot read vdi"},
    {R"("disks": [{"id": 4, "path": "/a", "device": "floppy"}])", "disk 4: device: 'floppy' is no drive"},
    {R"("disks": [{"id": 4, "path": "/a", "device": "xvdaaa"}])", "disk 4: device"},
    {R"("disks": [{"id": 4, "path": "/a", "device": "hda1x"}])", "disk 4: device"},
    {R"("disks": [{"id": 4, "device": "hda"}])", "disk 4: path: a disk needs an image"},
    {R"("nics": [{"id": 1, "mac": "00:16:3e:1:2:3"}])", "nic 1: mac: '00:16:3e:1:2:3' is no hardware address"},
    {R"("nics": [{"id": 1, "mac": "00:16:3e:00:00:00:00"}])", "nic 1: mac"},
    {R"("nics": [{"id": 1, "mac": "01:16:3e:00:00:00"}])", "nic 1: mac"},
    {R"("pci": ["0000:01:00.0,seize=2"])", "seize: 0 or 1 is expected"},
    {R"("pci": ["0000:01:00.0,color=2"])", "color is none of msitranslate, power_mgmt, permissive, seize"},
    {R"("nics": [{"id": 1, "backend-domid": -3}])", "nic 1: backend-domid: -3 is no domain"},
    {R"("extra": ["tsc_mode=native", "warp"])", "extra[1]: 'warp': write <setting>=<value>"},
    {R"("extra": ["warp=9"])", "extra[0]: 'warp' is no setting that can be given here; there are tsc_mode, nomigrate"},
    {R"("extra": ["tsc_mode=slow"])", "extra[0]: tsc_mode: 'slow' is not one of default, always_emulate, native"},
    {R"("extra": ["nomigrate=perhaps"])", "extra[0]: nomigrate: 'perhaps' is not 0 or 1"},
    {R"("extra": ["max_grant_frames=-1"])", "extra[0]: max_grant_frames: '-1' is not a number from 0"},
    {R"("extra": ["vnc=1"])", "extra[0]: vnc is for hvm guests only"},
};

}    // namespace

TEST_CASE("a value that libxl has no room for is refused with its place and what is allowed") {
    for (const auto& row : refused) {
        std::string members = R"("uuid": "11111111-2222-3333-4444-555555555555", "kernel": "/k", "memory-mib": 64)";
        if (row.members.starts_with("\"uuid\"") || row.members.starts_with("\"memory")) members = R"("kernel": "/k")";
        if (row.members.starts_with("\"memory")) members += R"(, "uuid": "11111111-2222-3333-4444-555555555555")";
        INFO(row.members);
        const auto spec = connect::guest_spec_from_json(fmt::format("{{{}, {}}}", members, row.members));
        CHECK_THROWS_WITH(connect::xl::domain_config(spec), Catch::Contains(std::string{row.names}));
    }
}

TEST_CASE("a disk added later looks like one the domain started with") {
    model::GuestSpec spec;
    spec.hdtype = "ahci";
    model::Disk disk;
    disk.path = "/a.img";
    disk.type = model::DiskType::raw;
    disk.device = "hdb";
    const auto made = connect::xl::device_disk(spec, disk);
    CHECK(made->vdev == std::string{"xvdb"});
    CHECK(made->backend == LIBXL_DISK_BACKEND_UNKNOWN);
    CHECK(made->format == LIBXL_DISK_FORMAT_RAW);
    CHECK(made->readwrite == 1);
}
