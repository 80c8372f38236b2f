#include "xenmgr/life/checks.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

#include <algorithm>

namespace xm::xenmgr {
namespace {

void check_backends(const BootContext& vm) {
    for (const NamedBackend& nic : vm.backends)
        if (!nic.resolved)
            fail(errors::network_backend_down, vm.uuid.text(), "nic {} is served by {}, which does not run", nic.nic_id,
                 text::escaped(nic.backend));
}

void check_intel_graphics(const BootContext& vm) {
    for (const PassthroughDevice& device : vm.pci)
        if (device.intel_display && device.boot_vga == false)
            fail(errors::gpu_not_primary, vm.uuid.text(), "{} is not the primary adapter", device.address);
}

void check_amt(const BootContext& vm) {
    if (!vm.amt_passthrough) return;
    for (const Neighbour& other : vm.neighbours)
        if (other.guest && other.amt_passthrough)
            fail(errors::amt_pt_in_use, vm.uuid.text(), "{} has it", text::escaped(other.name));
}

void check_pci(const BootContext& vm) {
    if (!vm.missing_pci.empty())
        fail(errors::no_such_pci_device, vm.uuid.text(), "there is no device {}", fmt::join(vm.missing_pci, ", "));
    for (const PassthroughDevice& device : vm.pci)
        for (const Neighbour& other : vm.neighbours)
            if (other.guest && std::ranges::find(other.pci, device.address) != other.pci.end())
                fail(errors::pci_device_in_use, vm.uuid.text(), "{} ({}) belongs to {}", device.address,
                     text::escaped(device.name), text::escaped(other.name));
}

void check_oem_features(const BootContext& vm) {
    if (!vm.oem_features) return;
    for (const Neighbour& other : vm.neighbours)
        if (other.guest && other.oem_features)
            fail(errors::oem_features_in_use, vm.uuid.text(), "{} has them", text::escaped(other.name));
}

}    // namespace

std::optional<std::string> reason_to_decline(const StartContext& vm) {
    if (!vm.exists) fail(errors::no_such_vm, vm.uuid.text(), "it has no configuration");
    if (vm.running) return "it runs already";
    if (vm.runlevel == 0 || vm.runlevel == 6) return fmt::format("the host is in runlevel {}", vm.runlevel);
    if (vm.host_state != "idle") return fmt::format("the host is {}", text::escaped(vm.host_state));
    return std::nullopt;
}

void check_disks(const StartContext& vm) {
    if (vm.missing_disks.empty()) return;
    fail(errors::disk_image_missing, vm.uuid.text(), "disk {}", text::escaped(vm.missing_disks.front()));
}

void check_boot(const BootContext& vm) {
    check_backends(vm);
    check_intel_graphics(vm);
    check_amt(vm);
    check_pci(vm);
    check_oem_features(vm);
}

}    // namespace xm::xenmgr
