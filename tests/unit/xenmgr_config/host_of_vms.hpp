#pragma once
// A host with a handful of VMs, for tests: configuration by key, facts of their domains, and plans carried out at once.

#include "base/failure.hpp"
#include "xenmgr/config/vm_properties.hpp"

#include <initializer_list>
#include <map>
#include <string>
#include <utility>

namespace xm::xenmgr::test {

using Keys = std::initializer_list<std::pair<std::string_view, std::string_view>>;

inline ConfigTree tree_of(Keys keys) {
    ConfigTree tree;
    for (const auto& [key, value] : keys)
        tree.set(key, value);
    return tree;
}

inline Uuid uuid_of(int n) { return *Uuid::parse(fmt::format("00000000-0000-4000-8000-{:012d}", n)); }

class HostOfVms final : public VmSet {
public:
    Uuid add(int n, Keys keys = {}) {
        trees[uuid_of(n)] = tree_of(keys);
        return uuid_of(n);
    }
    VmView view(Uuid vm) const { return {vm, trees.at(vm), live_of(vm), host, *this}; }

    void each(const Visit& visit) const override {
        for (const auto& [uuid, tree] : trees)
            visit(uuid, tree, live_of(uuid));
    }
    const ConfigTree* find(Uuid vm) const override {
        const auto at = trees.find(vm);
        return at == trees.end() ? nullptr : &at->second;
    }

    // Sets as the manager would: plans, then applies to all VMs concerned. Returns the effects on `vm`.
    Effects set(Uuid vm, VmProperty property, const Value& value) {
        Effects effects;
        for (const auto& [uuid, change] : plan_set(view(vm), property, value)) {
            trees.at(uuid).apply(change);
            if (uuid == vm) effects |= change.effects;
        }
        return effects;
    }
    Value get(Uuid vm, VmProperty property) const { return xenmgr::get(view(vm), property); }

    std::map<Uuid, ConfigTree> trees;
    std::map<Uuid, LiveFacts> live;
    HostView host;

private:
    LiveFacts live_of(Uuid vm) const {
        const auto at = live.find(vm);
        return at == live.end() ? LiveFacts{} : at->second;
    }
};

inline Value text(std::string_view value) { return std::string{value}; }

// Symbol of the failure that `action` ends with; empty if it does not fail.
template <class Action>
std::string failure_of(Action&& action) {
    try {
        action();
        return {};
    } catch (const Failure& failure) {
        return std::string{failure.info().symbol};
    }
}

}    // namespace xm::xenmgr::test
