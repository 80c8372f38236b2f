#pragma once
// The functions behind the rows of vm_rows.cpp that are more than a stored value. All are pure.

#include "xenmgr/config/vm_rows.hpp"

namespace xm::xenmgr::computed {

using Read = Value(const VmView&, const VmRow&);
using Write = VmChanges(const VmView&, const VmRow&, const Value&);

// Read-only
Read acpi_state, autostart_pending, dependencies, domid, first_mac, memory_target, portica_enabled, private_space,
    seamless_mouse_left, seamless_mouse_right, state, stub_domid, uuid;

// Stored, but not the whole truth
Read cd, memory_or_stored, seamless_traffic, stubdom, wired_network, wireless_network;

Write always_write, change_cd, change_slot, choose_gpu, claim_native_experience, change_wired_network,
    change_wireless_network;

}    // namespace xm::xenmgr::computed
