#pragma once
// Names of PCI devices in the list that the PCI ID project keeps: a line "vvvv  name" for each vendor, below it a line
// "<tab>dddd  name" for each of its devices.

#include <cstdint>
#include <string>
#include <string_view>

namespace xm::connect {

// "<vendor> <device>", or "Unknown device (vvvv:dddd)" if the list lacks one of them.
std::string pci_name(std::string_view list, std::uint16_t vendor, std::uint16_t device);

}    // namespace xm::connect
