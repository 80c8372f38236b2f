#include "xenmgr/manager/live_changes.hpp"

#include "base/text.hpp"
#include "xenmgr/config/disk_rows.hpp"
#include "xenmgr/config/nic_rows.hpp"
#include "xenmgr/config/vm_properties.hpp"
#include "xenmgr/life/background.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace xm::xenmgr {
namespace asio = boost::asio;
namespace {

constexpr std::string_view cd_device = "hdc";

bool has_domain(const Registry& registry, const Uuid& vm) {
    return registry.has(vm) && registry.view(vm).live.domid >= 0;
}

}    // namespace

std::vector<int> moved_nics(const Change& change) {
    constexpr std::string_view head = "config/nic/", tail = "/network";
    std::vector<int> nics;
    for (const auto& [key, value] : change.writes) {
        if (!key.starts_with(head) || !key.ends_with(tail)) continue;
        const auto id = std::string_view{key}.substr(head.size(), key.size() - head.size() - tail.size());
        if (const auto nic = text::parse_number<int>(id)) nics.push_back(*nic);
    }
    return nics;
}

// The daemon must know the new place of a VM by the time that somebody reads it from the configuration.
void LiveChanges::about_to_store(const VmChange& change) {
    const auto slot = change.change.writes.find("slot");
    if (!change.change.effects.slot_changed || slot == change.change.writes.end()) return;
    if (!has_domain(registry_, change.vm)) return;
    services_.input.set_slot(registry_.view(change.vm).live.domid, text::parse_number<int>(slot->second).value_or(0));
}

void LiveChanges::stored(const VmChange& change) {
    const auto& effects = change.change.effects;
    if (effects.rpc_rules_changed) services_.rpc_proxy.reread_rules();
    if (!has_domain(registry_, change.vm)) return;
    if (effects.switcher_changed || effects.slot_changed) display_.refresh(change.vm);
    if (effects.cd_changed) in_background(executor_, insert_medium(change.vm), "changing the medium", change.vm);
    if (!effects.network_changed) return;
    for (const int nic : moved_nics(change.change))
        in_background(executor_, move_nic(change.vm, nic), "moving a NIC", change.vm);
}

void LiveChanges::host_stored(const Change& change) {
    if (change.effects.autolock_changed) display_.refresh_autolocks();
}

asio::awaitable<void> LiveChanges::insert_medium(Uuid vm) {
    const auto disks = read_disks(registry_.tree(vm));
    const auto drive = std::ranges::find(disks, cd_device, &model::Disk::device);
    if (drive == disks.end() || !drive->enabled) co_return;
    const StringMap medium{{"virtpath", std::string{cd_device}}, {"file", drive->path}};
    co_await lives_.ask_monitor(vm, "cd-insert-file", medium);
}

// First the domain's own side, then the daemon, which looks at that.
asio::awaitable<void> LiveChanges::move_nic(Uuid vm, int nic) {
    const auto turn = co_await moves_.take();
    if (!has_domain(registry_, vm)) co_return;
    const auto network = std::get<std::string>(get_nic(registry_.tree(vm), vm, nic, NicProperty::network));
    const auto interface = fmt::format("vif{}.{}", registry_.view(vm).live.domid, nic);
    const StringMap place{{"id", std::to_string(nic)}, {"network", network}, {"bridge", network}};
    co_await lives_.ask_monitor(vm, "nic-network-switch", place);
    services_.network.move_to_network(interface, network);
}

}    // namespace xm::xenmgr
