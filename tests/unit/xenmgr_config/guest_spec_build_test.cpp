#include "xenmgr/config/guest_spec_build.hpp"

#include "unit/xenmgr_config/host_of_vms.hpp"
#include "xenmgr/config/creation.hpp"
#include "xenmgr/config/templates.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::xenmgr;
using model::GuestSpec;
using model::VirtType;
using test::HostOfVms;

namespace {

GuestSpec spec_of(test::Keys keys, const LaunchFacts& facts = {}) {
    HostOfVms host;
    return make_guest_spec(host.view(host.add(1, keys)), facts);
}

}    // namespace

TEST_CASE("a VM made from new-vm-linux starts with exactly this specification") {
    HostOfVms host;
    const auto vm = test::uuid_of(1);
    host.trees[vm] =
        plan_create(Templates{XM_TEMPLATES}.load("new-vm-linux"),
                    {.json = R"({"config": {"nic": {"0": {"id": "0"}}}})", .uuid = vm, .name = "desk"}, host)
            .tree;
    host.host.iso_path = "/isos";

    GuestSpec expected;
    expected.uuid = vm.text();
    expected.name = "desk";
    expected.virt_type = VirtType::hvm;
    expected.boot = "cd";
    expected.memory_mib = 1024;
    expected.memory_max_mib = 1024;
    expected.memory_min_mib = 1024;
    expected.vcpus = 1;
    expected.cores_per_socket = 1;
    expected.hap = true;
    expected.nx = true;
    expected.pae = true;
    expected.viridian = "0";
    expected.acpi = true;
    expected.apic = true;
    expected.timer_mode = "no_delay_for_missed_ticks";
    expected.videoram_mib = 16;
    expected.sound = "ac97";
    expected.stubdom = true;
    expected.device_model_override = "/usr/sbin/svirt-interpose";
    expected.seclabel = "system_u:system_r:hvm_guest_t";
    expected.host_cdroms_writable = true;
    expected.vkb = true;    // vkbd is unset and vglass_enabled is true
    expected.disks = {{.id = 0,
                       .path = "/storage/isos/xc-tools.iso",
                       .type = model::DiskType::file,
                       .mode = model::DiskMode::r,
                       .device = "hdc",
                       .devtype = model::DiskDevtype::cdrom,
                       .snapshot = "",
                       .managed = "",
                       .sha1sum = ""}};
    model::Nic nic;
    nic.network = nic.bridge = "/wired/0/bridged";
    nic.mac = std::get<std::string>(host.get(vm, VmProperty::mac));
    nic.model = "e1000";
    expected.nics = {nic};

    const auto actual = make_guest_spec(host.view(vm));
    CHECK(actual.name == expected.name);
    CHECK(actual.disks == expected.disks);
    CHECK(actual.nics == expected.nics);
    CHECK(actual == expected);
}

TEST_CASE("PV and PVH guests boot a kernel, HVM guests have a device model") {
    for (const auto virt : {"pv", "pvh"}) {
        const auto spec = spec_of({{"config/virt-type", virt},
                                   {"config/cmdline", "root=/dev/xvda1"},
                                   {"config/initrd", "/i"},
                                   {"stubdom", "true"},
                                   {"config/timer-mode", "x"}});
        CHECK(model::word(spec.virt_type) == virt);
        CHECK(spec.kernel == "/tmp/kernel-" + test::uuid_of(1).text());
        CHECK(spec.ramdisk == "/i");
        CHECK(spec.cmdline == "root=/dev/xvda1");
        CHECK(spec.timer_mode.empty());
        CHECK(spec.device_model_override.empty());
        CHECK_FALSE(spec.stubdom);
        CHECK(spec.videoram_mib == 0);
    }
    const auto hvm = spec_of({{"config/virt-type", "hvm"}, {"config/kernel", "/k"}, {"config/cmdline", "c"}});
    CHECK(hvm.kernel.empty());
    CHECK(hvm.cmdline.empty());
    CHECK(hvm.device_model_override == "/opt/xensource/libexec/qemu-dm-wrapper");
    CHECK(hvm.videoram_mib == 16);
    CHECK(spec_of({{"config/virt-type", "hvm"}, {"config/videoram", "64"}}).videoram_mib == 64);
    CHECK(spec_of({{"config/kernel", "/k"}}).kernel == "/k");
}

TEST_CASE("what is passed through only if it is stored keeps the backend's default otherwise, and for the word none") {
    const auto bare = spec_of({});
    CHECK_FALSE(bare.acpi.has_value());
    CHECK_FALSE(bare.bios.has_value());
    CHECK_FALSE(bare.boot.has_value());
    CHECK_FALSE(bare.serial.has_value());
    CHECK_FALSE(bare.viridian.has_value());
    CHECK_FALSE(bare.time_offset.has_value());
    CHECK(bare.stubdom_memory_mib == 0);
    const auto none = spec_of({{"config/acpi", "none"},
                               {"config/bios", "none"},
                               {"config/flask-label", "none"},
                               {"config/viridian", "none"}});
    CHECK_FALSE(none.acpi.has_value());
    CHECK_FALSE(none.bios.has_value());
    CHECK(none.seclabel.empty());
    CHECK_FALSE(none.viridian.has_value());
    const auto all = spec_of({{"config/acpi", "false"},
                              {"config/bios", "ovmf"},
                              {"config/serial", "pty"},
                              {"config/viridian", "base,freq"},
                              {"time-offset", "-3600"},
                              {"config/stubdom-memory", "128"},
                              {"config/secureboot", "true"},
                              {"config/passthrough-io", "3f8-3ff"},
                              {"config/passthrough-mmio", "a0000"}});
    CHECK(all.acpi == false);
    CHECK(all.bios == "ovmf");
    CHECK(all.serial == "pty");
    CHECK(all.viridian == "base,freq");
    CHECK(all.time_offset == -3600);
    CHECK(all.stubdom_memory_mib == 128);
    CHECK(all.secureboot == true);
    CHECK(all.ioports == "3f8-3ff");
    CHECK(all.iomem == "a0000");
}

TEST_CASE("a socket has all processors unless more than one core each is asked for") {
    CHECK(spec_of({}).vcpus == 1);
    CHECK(spec_of({{"config/vcpus", "4"}}).cores_per_socket == 4);
    CHECK(spec_of({{"config/vcpus", "4"}, {"config/cores-per-socket", "1"}}).cores_per_socket == 4);
    CHECK(spec_of({{"config/vcpus", "4"}, {"config/cores-per-socket", "2"}}).cores_per_socket == 2);
}

TEST_CASE("memory bounds reach the backend") {
    const auto spec =
        spec_of({{"config/memory", "1024"}, {"config/memory-static-max", "2048"}, {"config/memory-min", "512"}});
    CHECK(spec.memory_mib == 1024);
    CHECK(spec.memory_max_mib == 2048);
    CHECK(spec.memory_min_mib == 512);
}

TEST_CASE("lists are split: cpuid, device model arguments, extra lines") {
    const auto spec = spec_of({{"cpuid", "1:eax=0 ; 7:ebx=1;"},
                               {"config/extra-hvm/0", "-a"},
                               {"config/extra-hvm/1", "-b c"},
                               {"config/extra-xenvm/0", "sim-fault=refuse-shutdown"},
                               {"config/extra-xenvm/1", "sim-fault=slow:20"}});
    CHECK(spec.cpuid == StringList{"1:eax=0", "7:ebx=1"});
    CHECK(spec.device_model_args == StringList{"-a", "-b c"});
    CHECK(spec.extra == StringList{"sim-fault=refuse-shutdown", "sim-fault=slow:20"});
}

TEST_CASE("display, keyboard and sound follow their settings and policies") {
    CHECK(spec_of({{"config/display", "nogfx"}}).vga == "none");
    CHECK(spec_of({{"config/display", "nogfx"}}).nographic);
    CHECK(spec_of({{"config/display", "none"}}).display.empty());
    CHECK(spec_of({{"config/display", "drm"}}).display == "drm");
    CHECK_FALSE(spec_of({}).vkb);
    CHECK(spec_of({{"config/vkbd", "true"}}).vkb);
    CHECK(spec_of({{"config/vglass-enabled", "true"}}).vkb);
    CHECK_FALSE(spec_of({{"config/vkbd", "false"}, {"config/vglass-enabled", "true"}}).vkb);
    CHECK(spec_of({{"config/sound", "ac97"}}).sound == "ac97");
    CHECK(spec_of({{"config/sound", "none"}}).sound.empty());
    CHECK(spec_of({{"config/sound", "ac97"}, {"policies/audio-access", "false"}}).sound.empty());
    CHECK(spec_of({{"policies/audio-rec", "false"}, {"config/extra-hvm/0", "-x"}}).device_model_args ==
          StringList{"-disable-audio-rec", "-x"});
    CHECK_FALSE(spec_of({{"usb-enabled", "false"}}).usb);
    CHECK_FALSE(spec_of({{"config/hpet", "false"}}).hpet);
}

TEST_CASE("disks that are disabled or missing are left out, snapshots stand in, the environment CD comes first") {
    LaunchFacts facts;
    facts.absent_images = {2};
    facts.snapshots = {{3, "/snap"}};
    const auto spec = spec_of({{"ovf-transport-iso", "true"},
                               {"config/disk/0/path", "/a"},
                               {"config/disk/0/device", "hda"},
                               {"config/disk/0/enable", "false"},
                               {"config/disk/2/path", "/gone.vhd"},
                               {"config/disk/2/device", "hdb"},
                               {"config/disk/3/path", "/c.vhd"},
                               {"config/disk/3/device", "xvda"}},
                              facts);
    REQUIRE(spec.disks.size() == 2);
    CHECK(spec.disks[0].path == "/var/lib/ovf/" + test::uuid_of(1).text() + "-env.iso");
    CHECK(spec.disks[0].device == "hdc");
    CHECK(spec.disks[0].devtype == model::DiskDevtype::cdrom);
    CHECK(spec.disks[1].path == "/snap");
}

TEST_CASE("a guest does not write to an image whose snapshot is missing") {
    const auto refusal = [](std::string_view snapshot, std::string_view mode, const LaunchFacts& facts = {}) {
        return test::failure_of([&] {
            spec_of({{"config/disk/0/path", "/a.vhd"},
                     {"config/disk/0/device", "hda"},
                     {"config/disk/0/mode", mode},
                     {"config/disk/0/snapshot", snapshot}},
                    facts);
        });
    };
    LaunchFacts made;
    made.snapshots = {{0, "/snap"}};
    CHECK(refusal("temporary", "w") == "not_supported");
    CHECK(refusal("temporary", "w", made).empty());
    CHECK(refusal("temporary", "r").empty());
    CHECK(refusal("coalesce", "w").empty());
}

TEST_CASE("CD drives of the host are handed through as the policies say") {
    LaunchFacts facts;
    facts.cd_drives = {"1:0:0:0"};
    CHECK(spec_of({}, facts).host_cdroms == StringList{"1:0:0:0"});
    CHECK(spec_of({}, facts).host_cdroms_writable);
    CHECK_FALSE(spec_of({{"policies/cd-rec", "false"}}, facts).host_cdroms_writable);
    CHECK(spec_of({{"policies/cd-access", "false"}}, facts).host_cdroms.empty());
}

TEST_CASE("NICs need to be enabled and allowed, and know their backend's domain") {
    const test::Keys nics = {{"config/nic/0/id", "0"},
                             {"config/nic/1/network", "/wifi/0/shared"},
                             {"config/nic/1/wireless-driver", "true"},
                             {"config/nic/2/enable", "false"}};
    LaunchFacts facts;
    facts.nic_backends = {{0, 5}};
    facts.wireless_networks = {"/wifi/0/shared"};
    const auto both = spec_of(nics, facts);
    REQUIRE(both.nics.size() == 2);
    CHECK(both.nics[0].backend_domid == 5);
    CHECK(both.nics[0].bridge == "/wired/0/bridged");
    CHECK(both.nics[1].wireless);
    CHECK(both.nics[1].backend_domid == 0);

    const auto with = [&](std::string_view key, std::string_view value) {
        HostOfVms host;
        const auto vm = host.add(1, nics);
        host.trees.at(vm).set(key, value);
        return make_guest_spec(host.view(vm), facts).nics;
    };
    CHECK(with("policies/wireless-networking", "false").size() == 1);
    CHECK(with("policies/wired-networking", "false").front().id == 1);
    CHECK_FALSE(with("os", "linux")[1].wireless);
}

TEST_CASE("passed devices, ACPI table and memory hole reach the backend") {
    LaunchFacts facts;
    facts.pci_devices = {{{0, 0, 0x19, 0}, 0x8086, 0x1502, 0x0200, "nic"}};
    facts.has_slic_table = true;
    facts.mmio_hole_mib = 512;
    const auto spec = spec_of({{"config/pci/1/class", "0x0200"}, {"config/acpi-table", "true"}}, facts);
    CHECK(spec.pci == StringList{"0000:00:19.0"});
    CHECK(spec.acpi_firmware == "/sys/firmware/acpi/tables/SLIC");
    CHECK(spec.mmio_hole_mib == 512);
    CHECK(spec_of({}, facts).acpi_firmware.empty());
}
