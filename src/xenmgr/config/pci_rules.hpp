#pragma once
// PCI passthrough of a VM, config/pci/<n>/...: rules by id (class, vendor, device; an absent field matches anything)
// and by address. Which devices of the host they select is decided anew at each start.

#include "base/uuid.hpp"
#include "model/pci_device.hpp"
#include "xenmgr/config/config_tree.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xenmgr {

using model::PciAddress;
using model::PciDevice;

struct PciIds {
    std::optional<std::uint16_t> pci_class;
    std::optional<std::uint16_t> vendor;
    std::optional<std::uint16_t> device;
    bool operator==(const PciIds&) const = default;
    bool matches(const PciDevice& candidate) const;    // class 0x0300 stands for every display class
};

struct PciAddressRule {
    PciAddress address;
    std::optional<std::uint8_t> guest_slot;
    bool operator==(const PciAddressRule&) const = default;
};

// Arguments as on the bus: number in decimal or with 0x; empty or "any" leaves the field open. Throws bad_value.
PciIds parse_pci_ids(std::string_view pci_class, std::string_view vendor, std::string_view device);
PciAddressRule parse_address_rule(std::string_view untrusted_text);    // "addr" or "addr@slot"; throws bad_pci_address

Change plan_add_pci_rule(const ConfigTree& tree, const PciIds& ids);
Change plan_delete_pci_rule(const ConfigTree& tree, const PciIds& ids);    // every rule with the same three fields
Change plan_add_pci_rule(const ConfigTree& tree, const PciAddressRule& rule);
Change plan_delete_pci_rule(const ConfigTree& tree, const PciAddressRule& rule);
bool has_pci_rule(const ConfigTree& tree, const PciAddressRule& rule);
std::vector<StringMap> list_pci_rules(const ConfigTree& tree);    // id, rule

struct PassedDevice {
    PciDevice device;
    std::optional<std::uint8_t> guest_slot;
    std::string text() const;    // "0000:01:00.0" or "0000:01:00.0@05"
};
struct PassedDevices {
    std::vector<PassedDevice> present;    // the GPU first, then by address, each once
    std::vector<PciAddress> missing;      // named by address, but the host has no such device
};
// amt_active: host setting system-amt-pt-active.
PassedDevices passed_devices(const ConfigTree& tree, const std::vector<PciDevice>& host, bool amt_active);
// How much of the first 4 GiB a guest must leave to its devices, in MiB. Throws pci_memory_too_large.
int mmio_hole_mib(const PassedDevices& devices);

StringMap describe(const PciDevice& device);    // addr, name, class, vendor-id, device-id

}    // namespace xm::xenmgr
