#pragma once
// Remembers what would be in xenstore.

#include "connect/vm_nodes.hpp"

#include <map>
#include <optional>

namespace xm::fakes {

class FakeVmNodes final : public connect::VmNodes {
public:
    std::map<Uuid, connect::SwitcherEntry> shown;
    std::map<Uuid, model::VmState> states;
    std::map<int, std::map<std::string, bool>> autolocks;
    std::optional<int> network_backend;

    void show(const Uuid& vm, const connect::SwitcherEntry& entry) override { shown[vm] = entry; }
    void hide(const Uuid& vm) override { shown.erase(vm); }
    void set_state(const Uuid& vm, model::VmState state) override { states[vm] = state; }
    void forget(const Uuid& vm) override {
        shown.erase(vm);
        states.erase(vm);
    }
    void set_network_backend(int domid) override { network_backend = domid; }
    void set_autolock(int domid, const std::map<std::string, bool>& drives) override { autolocks[domid] = drives; }
};

}    // namespace xm::fakes
