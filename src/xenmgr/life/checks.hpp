#pragma once
// May this VM be started now? Each rule is a pure function of a context; the rules stand in the order in which they
// are applied. A rule refuses by throwing a Failure, or declines by giving a reason.

#include "xenmgr/life/settings.hpp"

namespace xm::xenmgr {

// Before the configuration is built. A reason: the start is declined. Failures: no_such_vm.
std::optional<std::string> reason_to_decline(const StartContext& context);

// Failures: disk_image_missing.
void check_disks(const StartContext& context);

// With the configuration complete. Failures: network_backend_down, gpu_not_primary, amt_pt_in_use, no_such_pci_device,
// pci_device_in_use, oem_features_in_use.
void check_boot(const BootContext& context);

}    // namespace xm::xenmgr
