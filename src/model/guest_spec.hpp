#pragma once
// Everything a hypervisor backend must know to create a domain. xenmgr fills it from the configuration database at
// each start, the monitor receives it as JSON. A member that is std::optional was not configured: the backend's own
// default holds. visit_fields is the one list of members; JSON, digests and tests walk it.

#include "model/disk.hpp"
#include "model/nic.hpp"
#include "model/words.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace xm::model {

enum class VirtType : std::uint8_t { pv, pvh, hvm };
enum class DeathAction : std::uint8_t { destroy, reboot, preserve };

template <>
struct Words<VirtType> {
    static constexpr std::array<std::string_view, 3> words{"pv", "pvh", "hvm"};
};
template <>
struct Words<DeathAction> {
    static constexpr std::array<std::string_view, 3> words{"destroy", "reboot", "preserve"};
};

struct GuestSpec {
    // Identity
    std::string uuid;    // canonical form
    std::string name;
    VirtType virt_type = VirtType::pv;

    // What boots
    std::string kernel;                 // PV, PVH: path on the host
    std::string ramdisk;                // PV, PVH
    std::string cmdline;                // PV, PVH
    std::optional<std::string> boot;    // HVM: order, "cd"
    std::optional<std::string> bios;
    std::optional<bool> secureboot;
    std::optional<bool> authenforce;

    // Memory and processors
    int memory_mib = 0;
    int memory_max_mib = 0;    // 0: memory_mib
    int memory_min_mib = 0;    // 0: memory_mib
    int vcpus = 1;
    int cores_per_socket = 0;    // 0: vcpus
    std::vector<std::string> cpuid;
    std::optional<bool> hap;
    std::optional<bool> nx;
    std::optional<bool> pae;
    std::optional<std::string> viridian;    // "1", "0" or a list of enlightenments
    bool nestedhvm = false;

    // Platform
    std::optional<bool> acpi;
    std::optional<bool> apic;
    bool hpet = true;
    std::string timer_mode;
    std::optional<int> time_offset;    // seconds from UTC
    std::string acpi_firmware;         // file with an ACPI table to add
    int mmio_hole_mib = 0;             // 0: the backend's default

    // Display, sound, serial, USB
    int videoram_mib = 0;
    std::string vga = "stdvga";    // "stdvga" or "none"
    bool nographic = false;
    std::string display;    // empty: none
    bool restrict_display_depth = false;
    bool restrict_display_res = false;
    bool vkb = true;      // absolute pointer and keyboard
    std::string sound;    // empty: none
    std::optional<std::string> serial;
    bool usb = true;

    // Device model
    bool stubdom = false;
    int stubdom_memory_mib = 0;    // 0: the backend's default
    std::string stubdom_cmdline;
    std::string device_model_override;
    std::vector<std::string> device_model_args;
    std::string hdtype = "ide";    // "ide" or "ahci"
    std::string crypto_key_dir;    // comma-separated directories

    // Security labels
    std::string seclabel;
    std::string init_seclabel;
    std::string stubdom_seclabel;

    // Devices
    std::vector<Disk> disks;
    std::vector<Nic> nics;
    std::vector<std::string> pci;    // "0000:01:00.0", optionally "@<guest slot>"
    std::string ioports;
    std::string iomem;
    std::vector<std::string> host_cdroms;    // "a:b:c:d" of drives handed through
    bool host_cdroms_writable = false;
    bool argo = false;            // a channel between domains
    std::string boot_sentinel;    // node of the domain that the guest writes to when it has booted; empty: none

    // After the domain died on its own. xenmgr leaves on_reboot at destroy: the monitor then says "rebooted" and waits
    // for a start with a fresh spec.
    DeathAction on_crash = DeathAction::destroy;
    DeathAction on_halt = DeathAction::destroy;
    DeathAction on_reboot = DeathAction::destroy;

    std::vector<std::string> extra;    // raw lines (extra-xenvm), one setting each

    bool operator==(const GuestSpec&) const = default;
};

template <class Spec, class F>
void visit_machine_fields(Spec& spec, F&& f) {
    f("uuid", spec.uuid);
    f("name", spec.name);
    f("virt-type", spec.virt_type);
    f("kernel", spec.kernel);
    f("ramdisk", spec.ramdisk);
    f("cmdline", spec.cmdline);
    f("boot", spec.boot);
    f("bios", spec.bios);
    f("secureboot", spec.secureboot);
    f("authenforce", spec.authenforce);
    f("memory-mib", spec.memory_mib);
    f("memory-max-mib", spec.memory_max_mib);
    f("memory-min-mib", spec.memory_min_mib);
    f("vcpus", spec.vcpus);
    f("cores-per-socket", spec.cores_per_socket);
    f("cpuid", spec.cpuid);
    f("hap", spec.hap);
    f("nx", spec.nx);
    f("pae", spec.pae);
    f("viridian", spec.viridian);
    f("nestedhvm", spec.nestedhvm);
    f("acpi", spec.acpi);
    f("apic", spec.apic);
    f("hpet", spec.hpet);
    f("timer-mode", spec.timer_mode);
    f("time-offset", spec.time_offset);
    f("acpi-firmware", spec.acpi_firmware);
    f("mmio-hole-mib", spec.mmio_hole_mib);
}

template <class Spec, class F>
void visit_device_fields(Spec& spec, F&& f) {
    f("videoram-mib", spec.videoram_mib);
    f("vga", spec.vga);
    f("nographic", spec.nographic);
    f("display", spec.display);
    f("restrict-display-depth", spec.restrict_display_depth);
    f("restrict-display-res", spec.restrict_display_res);
    f("vkb", spec.vkb);
    f("sound", spec.sound);
    f("serial", spec.serial);
    f("usb", spec.usb);
    f("stubdom", spec.stubdom);
    f("stubdom-memory-mib", spec.stubdom_memory_mib);
    f("stubdom-cmdline", spec.stubdom_cmdline);
    f("device-model-override", spec.device_model_override);
    f("device-model-args", spec.device_model_args);
    f("hdtype", spec.hdtype);
    f("crypto-key-dir", spec.crypto_key_dir);
    f("seclabel", spec.seclabel);
    f("init-seclabel", spec.init_seclabel);
    f("stubdom-seclabel", spec.stubdom_seclabel);
    f("disks", spec.disks);
    f("nics", spec.nics);
    f("pci", spec.pci);
    f("ioports", spec.ioports);
    f("iomem", spec.iomem);
    f("host-cdroms", spec.host_cdroms);
    f("host-cdroms-writable", spec.host_cdroms_writable);
    f("argo", spec.argo);
    f("boot-sentinel", spec.boot_sentinel);
    f("on-crash", spec.on_crash);
    f("on-halt", spec.on_halt);
    f("on-reboot", spec.on_reboot);
    f("extra", spec.extra);
}

template <class Spec, class F>
void visit_spec_fields(Spec& spec, F&& f) {
    visit_machine_fields(spec, f);
    visit_device_fields(spec, f);
}

// f(name, member) for every member, in the order above.
template <class F>
void visit_fields(GuestSpec& spec, F&& f) {
    visit_spec_fields(spec, f);
}
template <class F>
void visit_fields(const GuestSpec& spec, F&& f) {
    visit_spec_fields(spec, f);
}

}    // namespace xm::model
