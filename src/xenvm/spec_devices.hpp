#pragma once
// Devices of a running machine, added to and found in its spec. The rules are the same for every engine.

#include "model/guest_spec.hpp"

namespace xm::xenvm {

// Takes the lowest free id from the given one on. Fails with errors::duplicate_device if the guest's name is taken.
model::Disk& insert_disk(model::GuestSpec& spec, model::Disk disk);
model::Disk& find_cd_drive(model::GuestSpec& spec, const std::string& device);    // errors::no_such_disk
model::Nic& insert_nic(model::GuestSpec& spec, model::Nic nic);                   // errors::duplicate_device
void insert_pci(model::GuestSpec& spec, std::string device);                      // errors::duplicate_device
model::Nic& find_nic(model::GuestSpec& spec, int id);                             // errors::no_such_nic

// A guest that was saved goes on with the devices it had: the spec that it goes on with gets those disks and network
// cards that it lacks.
void keep_devices(model::GuestSpec& spec, const model::GuestSpec& saved);

}    // namespace xm::xenvm
