#pragma once
// What libxl 4.17 is told about a domain, made from a GuestSpec. Pure: no hypervisor and no libxl context is needed, so
// tests compare libxl's own JSON. docs/LIBXL.md lists the settings that stock libxl cannot express and what becomes of
// them. All functions fail with errors::bad_value (bad_pci_address for addresses) that names the member of the spec.

#include "connect/xl/libxl.hpp"
#include "model/guest_spec.hpp"

namespace xm::connect::xl {

DomainConfig domain_config(const model::GuestSpec& spec);

// A single device, as domain_config() would make it for a domain of this spec. The disk and the nic need not be among
// the devices of the spec.
DeviceDisk device_disk(const model::GuestSpec& spec, const model::Disk& disk);
DeviceNic device_nic(const model::GuestSpec& spec, const model::Nic& nic);
// "0000:01:00.0", then optionally "@<guest slot>", both hexadecimal, and ",msitranslate=0" and the like.
DevicePci device_pci(const std::string& text);

}    // namespace xm::connect::xl
