#pragma once
// What xenstore shows of the VMs that run, kept in step with their lives and their configuration. Nobody waits for it.

#include "connect/host_devices.hpp"
#include "connect/vm_nodes.hpp"
#include "xenmgr/manager/registry.hpp"

#include <map>
#include <string>

namespace xm::xenmgr {

connect::SwitcherEntry switcher_entry(const VmView& vm);

// By SCSI address: domains take a drive by themselves if the host allows it and the drive is tied to no VM.
std::map<std::string, bool> autolocks(const ConfigTree& host, const StringList& drives);

class VmDisplay {
public:
    VmDisplay(const Registry& registry, const connect::HostDevices& devices, connect::VmNodes& nodes)
        : registry_{registry}, devices_{devices}, nodes_{nodes} {}

    void snapshot_state_set(const Uuid& vm, model::SnapshotState state) { nodes_.set_snapshot_state(vm, state); }
    void domain_created(const Uuid& vm);
    void came_up(const Uuid& vm);
    void went_down(const Uuid& vm);
    void state_changed(const Uuid& vm, model::VmState state) { nodes_.set_state(vm, state); }
    void deleted(const Uuid& vm) { nodes_.forget(vm); }

    void refresh(const Uuid& vm);    // nothing if it has no domain
    void refresh_autolocks();        // of all domains

private:
    void show_network_backend(const Uuid& vm);
    int another_backend(const Uuid& vm) const;

    const Registry& registry_;
    const connect::HostDevices& devices_;
    connect::VmNodes& nodes_;
};

}    // namespace xm::xenmgr
