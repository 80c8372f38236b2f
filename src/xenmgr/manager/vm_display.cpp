#include "xenmgr/manager/vm_display.hpp"

#include "xenmgr/config/host_rows.hpp"
#include "xenmgr/config/vm_properties.hpp"

#include <algorithm>

namespace xm::xenmgr {
namespace {

template <class T>
T value_of(const VmView& vm, VmProperty property) {
    return std::get<T>(get(vm, property));
}

bool provides_network(const VmView& vm) { return value_of<bool>(vm, VmProperty::provides_network_backend); }

std::string key_of_owner(std::string drive) {
    std::ranges::replace(drive, ':', '_');
    return "xenmgr/cdassign/" + drive;
}

}    // namespace

connect::SwitcherEntry switcher_entry(const VmView& vm) {
    return {.domid = vm.live.domid,
            .stubdomid = vm.live.stubdomid,
            .slot = value_of<std::int32_t>(vm, VmProperty::slot),
            .name = value_of<std::string>(vm, VmProperty::name),
            .image = value_of<std::string>(vm, VmProperty::image_path),
            .type = value_of<std::string>(vm, VmProperty::type),
            .seamless_id = value_of<std::string>(vm, VmProperty::seamless_id),
            .hidden = value_of<bool>(vm, VmProperty::hidden_in_switcher),
            .hide_switcher = !value_of<bool>(vm, VmProperty::show_switcher),
            .service = is_service_vm(vm.tree)};
}

std::map<std::string, bool> autolocks(const ConfigTree& host, const StringList& drives) {
    const bool allowed = flag(host, "xenmgr/autolock-cd-drives", true);
    std::map<std::string, bool> locks;
    for (const auto& drive : drives)
        locks[drive] = allowed && host.get_or(key_of_owner(drive), "").empty();
    return locks;
}

// Rules between domains belong before the word that they hold; a host whose Xen has none needs none.
void VmDisplay::domain_created(const Uuid& vm) {
    refresh(vm);
    if (!registry_.has(vm)) return;
    const int domid = registry_.view(vm).live.domid;
    nodes_.firewall_ready(domid);
    nodes_.share_snapshot_state(vm, domid);
    nodes_.set_autolock(domid, autolocks(registry_.host_tree(), devices_.cd_drives()));
    show_network_backend(vm);
}

void VmDisplay::came_up(const Uuid& vm) {
    refresh(vm);
    show_network_backend(vm);
}

void VmDisplay::went_down(const Uuid& vm) {
    nodes_.hide(vm);
    if (registry_.has(vm) && provides_network(registry_.view(vm))) nodes_.set_network_backend(another_backend(vm));
}

// Domain id of one that runs; 0: none does.
int VmDisplay::another_backend(const Uuid& vm) const {
    int domid = 0;
    registry_.each([&](const Uuid& other, const ConfigTree&, const LiveFacts& live) {
        if (domid == 0 && other != vm && live.domid >= 0 && provides_network(registry_.view(other))) domid = live.domid;
    });
    return domid;
}

void VmDisplay::show_network_backend(const Uuid& vm) {
    if (registry_.has(vm) && provides_network(registry_.view(vm)))
        nodes_.set_network_backend(registry_.view(vm).live.domid);
}

void VmDisplay::refresh(const Uuid& vm) {
    if (registry_.has(vm) && registry_.view(vm).live.domid >= 0) nodes_.show(vm, switcher_entry(registry_.view(vm)));
}

void VmDisplay::refresh_autolocks() {
    const auto locks = autolocks(registry_.host_tree(), devices_.cd_drives());
    registry_.each([&](const Uuid&, const ConfigTree&, const LiveFacts& live) {
        if (live.domid >= 0) nodes_.set_autolock(live.domid, locks);
    });
}

}    // namespace xm::xenmgr
