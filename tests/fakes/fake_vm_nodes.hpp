#pragma once
// Remembers what would be in xenstore.

#include "connect/vm_nodes.hpp"

#include <map>
#include <optional>
#include <set>

namespace xm::fakes {

class FakeVmNodes final : public connect::VmNodes {
public:
    std::map<Uuid, connect::SwitcherEntry> shown;
    std::map<Uuid, model::VmState> states;
    std::map<int, std::map<std::string, bool>> autolocks;
    std::set<Uuid> displays;
    std::set<int> behind_firewall;
    std::map<Uuid, model::SnapshotState> snapshots;
    std::map<Uuid, int> snapshots_shared;
    std::function<void(const Uuid&)> ask_for_snapshot;    // the guest does
    std::optional<int> network_backend;

    void show(const Uuid& vm, const connect::SwitcherEntry& entry) override { shown[vm] = entry; }
    void hide(const Uuid& vm) override { shown.erase(vm); }
    void set_state(const Uuid& vm, model::VmState state) override { states[vm] = state; }
    void forget(const Uuid& vm) override {
        shown.erase(vm);
        states.erase(vm);
    }
    void xorg_running(const Uuid& vm) override { displays.insert(vm); }
    void firewall_ready(int domid) override { behind_firewall.insert(domid); }
    void set_snapshot_state(const Uuid& vm, model::SnapshotState state) override { snapshots[vm] = state; }
    void share_snapshot_state(const Uuid& vm, int domid) override {
        if (snapshots.contains(vm)) snapshots_shared[vm] = domid;
    }
    void follow_snapshots(std::function<void(const Uuid&)> on_asked) override {
        ask_for_snapshot = std::move(on_asked);
    }
    void set_network_backend(int domid) override { network_backend = domid; }
    void set_autolock(int domid, const std::map<std::string, bool>& drives) override { autolocks[domid] = drives; }
};

}    // namespace xm::fakes
