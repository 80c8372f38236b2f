#pragma once
// Disks, network cards and passed-through devices as one line of text: values of the configuration file and parameters
// of disk-add, nic-add and pci-add. Failures: errors::bad_value.

#include "base/uuid.hpp"
#include "model/disk.hpp"
#include "model/nic.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xm::xenvm {

// physpath:phystype:virtpath:mode:devtype[:snapshot mode][:key=value...]; a path may contain colons. The keys are
// cipher, key-size, key-file, key-dir and backend-domid.
model::Disk parse_disk(std::string_view untrusted_text);

struct ParsedDisk {
    model::Disk disk;
    std::vector<std::string> without_effect;    // keys that were given and that no backend here acts upon
};
ParsedDisk parse_disk_line(std::string_view untrusted_text);

// key=value with commas: id, bridge, mac, network, model, wireless, backend-domid. May be empty. id is -1 if not given.
model::Nic parse_nic(std::string_view untrusted_text);

// The hardware address that a card without one gets: the same at each start, or a random one for "random".
std::string mac_of(const model::Nic& nic, const Uuid& machine);

std::string to_text(const model::Disk& disk);    // what parse_disk reads
std::string to_text(const model::Nic& nic);      // what parse_nic reads

// [devid[,bind],][domain:]bus:device.function[,key=value...], hexadecimal, as GuestSpec::pci has it: the address, then
// "@<guest slot>", then ",msitranslate=0". Other keys: power_mgmt, guest_slot, vdevfn.
std::string parse_pci(std::string_view untrusted_text);

}    // namespace xm::xenvm
