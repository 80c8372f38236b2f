#pragma once
// What xenmgr shows of VMs in xenstore, to guests and to services of the host. Told, not asked: a host without xenstore
// is none the worse. Nodes: connect/store/nodes.hpp.

#include "base/uuid.hpp"
#include "model/snapshot_state.hpp"
#include "model/vm_state.hpp"

#include <functional>
#include <map>
#include <string>

namespace xm::connect {

// A VM that runs, as whoever lets the user choose among VMs sees it.
struct SwitcherEntry {
    int domid = -1;
    int stubdomid = -1;    // -1: none
    int slot = 0;
    std::string name{};
    std::string image{};
    std::string type{};
    std::string seamless_id{};
    bool hidden = false;
    bool hide_switcher = false;
    bool service = false;    // a service VM

    bool operator==(const SwitcherEntry&) const = default;
};

class VmNodes {
public:
    virtual ~VmNodes() = default;

    virtual void show(const Uuid& vm, const SwitcherEntry& entry) = 0;    // in place of what was shown before
    virtual void hide(const Uuid& vm) = 0;                                // it does not run any more
    virtual void set_state(const Uuid& vm, model::VmState state) = 0;
    virtual void forget(const Uuid& vm) = 0;    // it is deleted

    // Of a VM that is shown: its display has come up. Holds until it is hidden.
    virtual void xorg_running(const Uuid& vm) = 0;
    // Before the domain runs: the rules between it and others hold.
    virtual void firewall_ready(int domid) = 0;

    virtual void set_snapshot_state(const Uuid& vm, model::SnapshotState state) = 0;
    // The domain that may read and answer it; nothing if no state was set.
    virtual void share_snapshot_state(const Uuid& vm, int domid) = 0;
    // From the loop, whenever a guest has asked and was not answered yet; perhaps more than once.
    virtual void follow_snapshots(std::function<void(const Uuid& vm)> on_asked) = 0;

    virtual void set_network_backend(int domid) = 0;    // 0: none
    // By SCSI address: whether the domain takes the drive by itself.
    virtual void set_autolock(int domid, const std::map<std::string, bool>& drives) = 0;
};

}    // namespace xm::connect
