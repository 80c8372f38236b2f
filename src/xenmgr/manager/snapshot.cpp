#include "xenmgr/manager/snapshot.hpp"

#include "xenmgr/config/disk_rows.hpp"
#include "xenmgr/config/nic_rows.hpp"
#include "xenmgr/config/vm_properties.hpp"

namespace xm::xenmgr {
namespace {

std::vector<Value> disk_values(const VmView& vm, int id) {
    std::vector<Value> values;
    for (std::size_t i = 0; i < std::size(gen::vmdisk::properties); ++i)
        values.push_back(get_disk(vm.tree, vm.uuid, id, static_cast<DiskProperty>(i), {}));
    return values;
}

std::vector<Value> nic_values(const VmView& vm, int id) {
    std::vector<Value> values;
    for (std::size_t i = 0; i < std::size(gen::vmnic::properties); ++i)
        values.push_back(get_nic(vm.tree, vm.uuid, id, static_cast<NicProperty>(i)));
    return values;
}

using Devices = std::map<int, std::vector<Value>>;

void tell_devices(Listener& listener, const Uuid& vm, DeviceKind kind, const Devices& before, const Devices& after) {
    for (const auto& [id, values] : before)
        if (!after.contains(id)) listener.device_removed(vm, kind, id);
    for (const auto& [id, values] : after) {
        const auto known = before.find(id);
        if (known == before.end()) {
            listener.device_added(vm, kind, id);
            continue;
        }
        std::vector<std::size_t> changed;
        for (std::size_t i = 0; i < values.size(); ++i)
            if (values[i] != known->second[i]) changed.push_back(i);
        if (!changed.empty()) listener.device_changed(vm, kind, id, changed);
    }
}

}    // namespace

Snapshot snapshot(const VmView& vm) {
    Snapshot taken{.vm = get_all(vm), .disks = {}, .nics = {}};
    for (const int id : disk_ids(vm.tree))
        taken.disks[id] = disk_values(vm, id);
    for (const int id : nic_ids(vm.tree))
        taken.nics[id] = nic_values(vm, id);
    return taken;
}

void tell_appeared(Listener& listener, const Uuid& vm, const ConfigTree& tree) {
    listener.vm_appeared(vm);
    for (const int id : disk_ids(tree))
        listener.device_added(vm, DeviceKind::disk, id);
    for (const int id : nic_ids(tree))
        listener.device_added(vm, DeviceKind::nic, id);
}

void tell_devices_gone(Listener& listener, const Uuid& vm, const ConfigTree& tree) {
    for (const int id : disk_ids(tree))
        listener.device_removed(vm, DeviceKind::disk, id);
    for (const int id : nic_ids(tree))
        listener.device_removed(vm, DeviceKind::nic, id);
}

void tell_differences(Listener& listener, const Uuid& vm, const Snapshot& before, const Snapshot& after) {
    const auto changed = differences(before.vm, after.vm);
    if (!changed.empty()) listener.vm_properties_changed(vm, changed);
    tell_devices(listener, vm, DeviceKind::disk, before.disks, after.disks);
    tell_devices(listener, vm, DeviceKind::nic, before.nics, after.nics);
}

}    // namespace xm::xenmgr
