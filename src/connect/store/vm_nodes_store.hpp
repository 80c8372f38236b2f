#pragma once
// connect::VmNodes in xenstore.

#include "connect/store/nodes.hpp"
#include "connect/store/store.hpp"
#include "connect/vm_nodes.hpp"

#include <functional>
#include <optional>

namespace xm::connect::store {

class StoredVmNodes final : public VmNodes {
public:
    explicit StoredVmNodes(Store& store) : store_{store} {}    // the store outlives it

    void show(const Uuid& vm, const SwitcherEntry& entry) override;
    void hide(const Uuid& vm) override;
    void set_state(const Uuid& vm, model::VmState state) override;
    void forget(const Uuid& vm) override;
    void xorg_running(const Uuid& vm) override;
    void firewall_ready(int domid) override;
    void set_snapshot_state(const Uuid& vm, model::SnapshotState state) override;
    void share_snapshot_state(const Uuid& vm, int domid) override;
    void follow_snapshots(std::function<void(const Uuid&)> on_asked) override;
    void set_network_backend(int domid) override;
    void set_autolock(int domid, const std::map<std::string, bool>& drives) override;

private:
    Store& store_;
    std::map<Uuid, SwitcherEntry> shown_;    // it is asked for more often than it changes
    std::optional<Watch> snapshots_;
};

// Children of /xenmgr/vms/<uuid>, name to value.
StringMap children_of(const SwitcherEntry& entry);

}    // namespace xm::connect::store
