#pragma once
// Display adapters of the host: which of them VMs may have, and what goes with one.

#include "xenmgr/config/host_rows.hpp"
#include "xenmgr/config/pci_rules.hpp"

#include <string>
#include <vector>

namespace xm::xenmgr {

// Addresses of the adapters offered for passthrough, from left to right: the one that the firmware chose and, where the
// host's capability secondary-gpu-pt says so, all others; without those that the display handler has. They stand in
// that order unless the host's configuration places them.
std::vector<std::string> offered_gpus(const HostFacts& facts, const ConfigTree& host);

// A VM that has an adapter gets the whole card: the other functions of the same bus become rules of its own.
Change plan_pass_whole_gpu(const ConfigTree& tree, const std::vector<PciDevice>& host);

}    // namespace xm::xenmgr
