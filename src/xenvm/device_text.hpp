#pragma once
// Disks and network cards as one line of text: values of the configuration file and parameters of disk-add and nic-add.
// Failures: errors::bad_value.

#include "model/disk.hpp"
#include "model/nic.hpp"

#include <string>
#include <string_view>

namespace xm::xenvm {

// physpath:phystype:virtpath:mode:devtype[:option...]; a path may contain colons. Options (snapshot mode, key=value for
// encryption) are accepted; only "snapshot" has a member of its own.
model::Disk parse_disk(std::string_view untrusted_text);

// key=value with commas: id, bridge, mac, network, model, wireless, backend-domid. May be empty. id is -1 if not given.
model::Nic parse_nic(std::string_view untrusted_text);

std::string to_text(const model::Nic& nic);    // what parse_nic reads

}    // namespace xm::xenvm
