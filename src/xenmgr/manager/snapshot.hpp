#pragma once
// The values that clients can see of one VM and its devices, taken before and after a change, to tell listeners exactly
// what has a new value. Taking one is cheap (a few microseconds); images of disks are not looked at.

#include "xenmgr/manager/listener.hpp"
#include "xenmgr/manager/registry.hpp"

#include <map>
#include <vector>

namespace xm::xenmgr {

struct Snapshot {
    std::vector<Value> vm;
    std::map<int, std::vector<Value>> disks;
    std::map<int, std::vector<Value>> nics;
};

Snapshot snapshot(const VmView& vm);

// A VM with all its devices comes into sight, or its devices go before it does.
void tell_appeared(Listener& listener, const Uuid& vm, const ConfigTree& tree);
void tell_devices_gone(Listener& listener, const Uuid& vm, const ConfigTree& tree);

void tell_differences(Listener& listener, const Uuid& vm, const Snapshot& before, const Snapshot& after);

}    // namespace xm::xenmgr
