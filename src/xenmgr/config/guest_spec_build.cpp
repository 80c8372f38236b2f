#include "xenmgr/config/guest_spec_build.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/disk_rows.hpp"
#include "xenmgr/config/nic_rows.hpp"
#include "xenmgr/config/vm_properties.hpp"

#include <algorithm>

namespace xm::xenmgr {
namespace {

using model::GuestSpec;
using model::VirtType;

constexpr std::string_view slic_table = "/sys/firmware/acpi/tables/SLIC";
constexpr int hvm_videoram_mib = 16;

std::string text_of(const VmView& vm, VmProperty property) { return std::get<std::string>(get(vm, property)); }
bool is_true(const VmView& vm, VmProperty property) { return std::get<bool>(get(vm, property)); }

// A PV or PVH guest boots a kernel, an HVM guest has a device model: what belongs to the other kind goes.
void fit_to_virt_type(const VmView& vm, GuestSpec& spec) {
    spec.virt_type = model::parse_word<VirtType>(text_of(vm, VmProperty::virt_type)).value_or(VirtType::pv);
    if (spec.virt_type == VirtType::hvm) {
        spec.kernel.clear();
        spec.ramdisk.clear();
        spec.cmdline.clear();
        if (!vm.tree.has("config/videoram")) spec.videoram_mib = hvm_videoram_mib;
    } else {
        if (spec.kernel.empty()) spec.kernel = "/tmp/kernel-" + spec.uuid;
        spec.timer_mode.clear();
        spec.device_model_override.clear();
    }
}

void fill_processors(const VmView& vm, GuestSpec& spec) {
    spec.vcpus = std::max(spec.vcpus, 1);
    if (spec.cores_per_socket <= 1) spec.cores_per_socket = spec.vcpus;
    const auto viridian = vm.tree.get_or("config/viridian", "none");
    if (viridian == "none") return;
    const auto flag_value = text::parse_bool(viridian);
    spec.viridian = flag_value ? (*flag_value ? "1" : "0") : std::string{viridian};
}

void fill_display(const VmView& vm, GuestSpec& spec) {
    const auto display = text_of(vm, VmProperty::display);
    spec.nographic = display == "nogfx";
    spec.vga = spec.nographic ? "none" : "stdvga";
    if (!spec.nographic && display != "none") spec.display = display;
    const bool vkbd_unset = !vm.tree.has("config/vkbd");
    spec.vkb = is_true(vm, vkbd_unset ? VmProperty::vglass_enabled : VmProperty::vkbd);
}

void fill_sound(const VmView& vm, GuestSpec& spec) {
    const auto sound = text_of(vm, VmProperty::sound);
    if (is_true(vm, VmProperty::policy_audio_access) && sound != "none") spec.sound = sound;
    if (!is_true(vm, VmProperty::policy_audio_recording))
        spec.device_model_args.insert(spec.device_model_args.begin(), "-disable-audio-rec");
}

void fill_cd_drives(const VmView& vm, const LaunchFacts& facts, GuestSpec& spec) {
    if (!is_true(vm, VmProperty::policy_cd_access)) return;
    spec.host_cdroms = facts.cd_drives;
    spec.host_cdroms_writable = is_true(vm, VmProperty::policy_cd_recording);
}

// First of the classic drive names that no disk of the VM has.
std::string free_drive(const std::vector<model::Disk>& disks) {
    for (char letter = 'a'; letter <= 'z'; ++letter) {
        const auto device = std::string{"hd"} + letter;
        if (std::ranges::find(disks, device, &model::Disk::device) == disks.end()) return device;
    }
    return "";
}

model::Disk environment_cd(const VmView& vm, const std::vector<model::Disk>& disks) {
    model::Disk cd;
    cd.id = -1;
    cd.path = "/var/lib/ovf/" + vm.uuid.text() + "-env.iso";
    cd.type = model::DiskType::file;
    cd.mode = model::DiskMode::r;
    cd.device = free_drive(disks);
    cd.devtype = model::DiskDevtype::cdrom;
    return cd;
}

// What was meant to be thrown away would stay, in the image that it was meant to spare.
void require_no_snapshot(const VmView& vm, const model::Disk& disk) {
    const bool written = disk.mode == model::DiskMode::w && disk.devtype == model::DiskDevtype::disk;
    if (written && disk.snapshot == "temporary")
        fail(errors::not_supported, disk_path(vm.uuid, disk.id),
             "nothing here makes the copy that snapshot = temporary asks for; none, or mode = r, can start");
}

}    // namespace

std::vector<model::Disk> launch_disks(const VmView& vm, const LaunchFacts& facts) {
    auto disks = read_disks(vm.tree);
    std::vector<model::Disk> launched;
    if (is_true(vm, VmProperty::ovf_transport_iso)) launched.push_back(environment_cd(vm, disks));
    for (auto& disk : disks) {
        if (!disk.enabled || facts.absent_images.contains(disk.id)) continue;
        if (const auto snapshot = facts.snapshots.find(disk.id); snapshot != facts.snapshots.end())
            disk.path = snapshot->second;
        else
            require_no_snapshot(vm, disk);
        launched.push_back(std::move(disk));
    }
    return launched;
}

std::vector<model::Nic> launch_nics(const VmView& vm, const LaunchFacts& facts) {
    const bool wired = is_true(vm, VmProperty::policy_wired_networking);
    const bool wireless = is_true(vm, VmProperty::policy_wireless_networking);
    const bool linux = text_of(vm, VmProperty::os) == "linux";
    std::vector<model::Nic> nics;
    for (auto& nic : read_nics(vm.tree, vm.uuid)) {
        const bool allowed = facts.wireless_networks.contains(nic.network) ? wireless : wired;
        if (!nic.enabled || !allowed) continue;
        const auto backend = facts.nic_backends.find(nic.id);
        if (backend != facts.nic_backends.end()) nic.backend_domid = backend->second;
        nic.bridge = nic.network;
        nic.wireless = nic.wireless && !linux;
        nics.push_back(std::move(nic));
    }
    return nics;
}

GuestSpec make_guest_spec(const VmView& vm, const LaunchFacts& facts) {
    GuestSpec spec;
    fill_guest_spec(vm, spec);
    fit_to_virt_type(vm, spec);
    fill_processors(vm, spec);
    fill_display(vm, spec);
    fill_sound(vm, spec);
    fill_cd_drives(vm, facts, spec);
    spec.disks = launch_disks(vm, facts);
    spec.nics = launch_nics(vm, facts);
    for (const auto& device : passed_devices(vm.tree, facts.pci_devices, facts.amt_active).present)
        spec.pci.push_back(device.text());
    if (is_true(vm, VmProperty::acpi_table) && facts.has_slic_table) spec.acpi_firmware = slic_table;
    spec.mmio_hole_mib = facts.mmio_hole_mib;
    return spec;
}

}    // namespace xm::xenmgr
