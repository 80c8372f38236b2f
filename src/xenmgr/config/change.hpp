#pragma once
// What a request would change, as data. Decisions return it, the manager has it stored and then applies it to its
// copy; nothing changes if storing fails. Keys are relative to one VM's subtree (or to the root, for host settings).

#include "base/uuid.hpp"
#include "base/value.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xenmgr {

// What must happen after the change is stored, beside the change signals of the properties.
struct Effects {
    bool config_changed = false;       // vm_config_changed (throttled by the manager) or config_changed of the host
    bool name_changed = false;         // vm_name_changed, at once
    bool transfer_changed = false;     // vm_transfer_changed
    bool switcher_changed = false;     // switcher information of a running VM is written again
    bool rpc_rules_changed = false;    // the bus firewall reads its rules again
    bool slot_changed = false;         // a running VM: the input daemon learns the slot before it is stored
    bool cd_changed = false;           // a running VM: medium of drive hdc
    bool network_changed = false;      // a running VM: the NIC moves to its new network
    bool language_changed = false;     // language_changed of the host
    bool autolock_changed = false;     // autolock nodes of all running VMs

    Effects& operator|=(const Effects& other);
    bool operator==(const Effects&) const = default;
};

struct Change {
    StringList removals;    // whole subtrees, carried out before the writes
    StringMap writes;
    Effects effects;

    bool empty() const { return removals.empty() && writes.empty(); }
    Change& write(std::string key, std::string_view value);
    Change& remove(std::string key);
    Change& operator+=(Change other);    // carried out after this one; its removals must not undo our writes
    bool operator==(const Change&) const = default;
};

struct VmChange {
    Uuid vm;
    Change change;
    bool operator==(const VmChange&) const = default;
};

// A request that concerns several VMs (slot swap, native experience); order does not matter.
using VmChanges = std::vector<VmChange>;

// The same as arguments of the database's write_all: absolute paths.
struct StoreRequest {
    StringMap values;
    StringList removed;    // carried out first
};
StoreRequest store_request(const VmChanges& changes);
StoreRequest store_request(const Change& host_change);

}    // namespace xm::xenmgr
