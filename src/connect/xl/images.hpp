#pragma once
// Whether images are what a spec says they are, and such that a guest gets what is in them. Asked before a device model
// is to read them: it tells nobody if it cannot, and the guest waits for its disk for ever; it reads a VHD image that
// has a parent as if whatever is in the parent were zeros, and an encrypted one as it is.
//
// Looking reads a few kilobytes, at once.

#include "model/guest_spec.hpp"

namespace xm::connect::xl {

// Both fail with errors::disk_mount_failed. Raw images and devices are libxl's business.
void require_readable(const model::Disk& disk);
void require_readable(const model::GuestSpec& spec);    // its disks that are enabled

}    // namespace xm::connect::xl
