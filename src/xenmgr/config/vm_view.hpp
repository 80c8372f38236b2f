#pragma once
// What the pure functions of this folder may look at: one VM's configuration, what is known of its domain, and the
// little of the host and of the other VMs that decides something about it. Views are made for one statement.

#include "base/uuid.hpp"
#include "model/vm_state.hpp"
#include "xenmgr/config/config_tree.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xenmgr {

struct LiveFacts {
    model::VmState state = model::VmState::shutdown;
    int domid = -1;        // -1: no domain
    int stubdomid = -1;    // -1: no stub domain
    int acpi = 5;          // what the hypervisor says: 0 working, 3 sleeping, 5 off
    std::int64_t memory_target_kib = 0;
    bool login_required = false;    // vm.auth: the user's storage is not open
};

struct HostView {
    std::string iso_path = "/storage/isos";
    bool seamless_traffic_default = false;    // host capability of this name
    std::vector<Uuid> autostart_pending;
    std::vector<std::string> gpus;                   // addresses offered for passthrough, from left to right
    std::map<std::string, Uuid> network_backends;    // network path -> VM, as the network daemon says
    std::optional<Uuid> default_backend;             // find_default_backend(), kept up to date by the manager
    std::int64_t (*file_size)(const std::string& path) = nullptr;    // bytes, 0 if unreadable
};

// All VMs, the one in question included, in ascending order of their uuids.
class VmSet {
public:
    using Visit = std::function<void(Uuid, const ConfigTree&, const LiveFacts&)>;
    virtual ~VmSet() = default;
    virtual void each(const Visit& visit) const = 0;
    virtual const ConfigTree* find(Uuid vm) const = 0;    // null: no such VM
};

struct VmView {
    Uuid uuid;
    const ConfigTree& tree;
    LiveFacts live;
    const HostView& host;
    const VmSet& vms;
};

std::string vm_path(Uuid vm);                                                      // "/vm/<uuid with underscores>"
std::string disk_path(Uuid vm, int id);                                            // "/vm/.../disk/<id>"
std::string nic_path(Uuid vm, int id);                                             // "/vm/.../nic/<id>"
bool is_service_vm(const ConfigTree& tree);                                        // its type is neither svm nor pvm
bool flag(const ConfigTree& tree, std::string_view key, bool fallback = false);    // a stored boolean
int number(const ConfigTree& tree, std::string_view key, int fallback = 0);        // a stored integer

}    // namespace xm::xenmgr
