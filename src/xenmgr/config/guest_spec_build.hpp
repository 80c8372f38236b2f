#pragma once
// From configuration to what a hypervisor backend gets: rows that name a field are copied, everything that depends on
// more than its own row is decided here. Pure: facts of the host come in, the spec comes out.

#include "model/guest_spec.hpp"
#include "xenmgr/config/pci_rules.hpp"
#include "xenmgr/config/vm_view.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace xm::xenmgr {

// What the manager found out for this start.
struct LaunchFacts {
    std::map<int, int> nic_backends;            // NIC id -> domain of its backend; absent: 0, the host
    std::set<std::string> wireless_networks;    // paths of networks of type wifi or modem
    std::set<int> absent_images;                // ids of vhd disks whose image is not there
    std::map<int, std::string> snapshots;       // disk id -> path that is used instead of the image
    std::vector<PciDevice> pci_devices;         // of the host
    bool amt_active = false;                    // host setting system-amt-pt-active
    std::vector<std::string> cd_drives;         // "a:b:c:d"
    bool has_slic_table = false;                // the host has an ACPI SLIC table
    int mmio_hole_mib = 0;                      // 0: the backend's default
};

model::GuestSpec make_guest_spec(const VmView& vm, const LaunchFacts& facts = {});

// NICs that are enabled and that the policies let through; disks that are enabled and whose image is there. Throws
// not_supported where a guest would write to an image of which it was to get a copy.
std::vector<model::Nic> launch_nics(const VmView& vm, const LaunchFacts& facts);
std::vector<model::Disk> launch_disks(const VmView& vm, const LaunchFacts& facts);

}    // namespace xm::xenmgr
