#include "xenmgr/config/vm_computed.hpp"

#include "base/failure.hpp"
#include "xenmgr/config/dependencies.hpp"
#include "xenmgr/config/disk_rows.hpp"
#include "xenmgr/config/nic_rows.hpp"

#include <algorithm>

namespace xm::xenmgr::computed {
namespace {

constexpr std::string_view cd_device = "hdc";
constexpr std::string_view no_medium = "null.iso";
constexpr std::int64_t mebibyte = 1 << 20;

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::int32_t stored_number(const VmView& vm, const VmRow& row) {
    return std::get<std::int32_t>(read(row.stored, Kind::integer, vm.tree, row.stored.key));
}

VmChanges only_this(const VmView& vm, Change change) { return {{vm.uuid, std::move(change)}}; }

std::optional<int> first_nic(const VmView& vm, bool wireless) {
    for (const auto& nic : read_nics(vm.tree, vm.uuid))
        if (nic.wireless == wireless) return nic.id;
    return std::nullopt;
}

Value network_of_first(const VmView& vm, bool wireless) {
    const auto nic = first_nic(vm, wireless);
    return nic ? get_nic(vm.tree, vm.uuid, *nic, NicProperty::network) : Value{std::string{}};
}

VmChanges move_first(const VmView& vm, bool wireless, const Value& network) {
    const auto nic = first_nic(vm, wireless);
    if (!nic) fail(errors::no_such_nic, vm.uuid.text(), "it has no {} NIC", wireless ? "wireless" : "wired");
    return only_this(vm, plan_set_nic(vm.tree, vm.uuid, *nic, NicProperty::network, network));
}

// Slot of the first running VM that has one of the GPUs, nearest first.
std::int32_t slot_beside(const VmView& vm, std::span<const std::string> nearest_first) {
    for (const auto& gpu : nearest_first) {
        std::optional<std::int32_t> slot;
        vm.vms.each([&](Uuid other, const ConfigTree& tree, const LiveFacts& live) {
            if (slot || !model::is_running(live.state) || tree.get("gpu") != gpu) return;
            slot = other == vm.uuid ? -1 : number(tree, "slot");
        });
        if (slot) return *slot;
    }
    return -1;
}

}    // namespace

Value uuid(const VmView& vm, const VmRow&) { return vm.uuid.text(); }
Value domid(const VmView& vm, const VmRow&) { return vm.live.domid; }
Value stub_domid(const VmView& vm, const VmRow&) { return vm.live.stubdomid; }

Value state(const VmView& vm, const VmRow&) {
    if (vm.live.state == model::VmState::shutdown && vm.live.login_required) return std::string{"locked"};
    return std::string{model::shown_as(vm.live.state)};
}

// 0 working, 3 sleeping, 4 hibernated, 5 off. A PV guest knows no sleep.
Value acpi_state(const VmView& vm, const VmRow&) {
    const bool hibernated = flag(vm.tree, "hibernated");
    if (vm.live.state == model::VmState::shutdown) return hibernated ? 4 : 5;
    if (vm.live.state == model::VmState::rebooted && !hibernated) return 5;
    const bool pv = vm.tree.get_or("config/virt-type", "pv") == "pv";
    return !pv && vm.live.acpi == 3 ? 3 : 0;
}

Value autostart_pending(const VmView& vm, const VmRow&) {
    return std::ranges::find(vm.host.autostart_pending, vm.uuid) != vm.host.autostart_pending.end();
}

// Empty if there is a cycle: a list of properties must not fail for it, starting the VM does.
Value dependencies(const VmView& vm, const VmRow&) {
    const auto needs = [&](Uuid one) { return nic_backends(one, vm.host, vm.vms); };
    StringList paths;
    for (const auto needed : find_dependencies(vm.uuid, needs).value_or(std::vector<Uuid>{}))
        paths.push_back(vm_path(needed));
    return paths;
}

Value first_mac(const VmView& vm, const VmRow&) {
    const auto nics = nic_ids(vm.tree);
    return nics.empty() ? Value{std::string{}} : get_nic(vm.tree, vm.uuid, nics.front(), NicProperty::mac_actual);
}

Value memory_target(const VmView& vm, const VmRow&) {
    return static_cast<std::int32_t>(vm.live.memory_target_kib / 1024);
}

Value portica_enabled(const VmView& vm, const VmRow&) {
    if (!flag(vm.tree, "portica-installed")) return 0;
    const bool seamless = std::get<bool>(seamless_traffic(vm, vm_row(VmProperty::seamless_traffic)));
    return flag(vm.tree, "portica-enabled") && seamless ? 1 : 2;
}

Value private_space(const VmView& vm, const VmRow&) {
    std::int64_t sum = 0;
    for (const auto& disk : read_disks(vm.tree))
        if (disk.type != model::DiskType::phy && vm.host.file_size) sum += vm.host.file_size(disk.path) / mebibyte;
    return static_cast<std::int32_t>(sum);
}

Value seamless_mouse_left(const VmView& vm, const VmRow&) {
    const auto& gpus = vm.host.gpus;
    const auto own = std::ranges::find(gpus, vm.tree.get_or("gpu", ""));
    if (own == gpus.end()) return -1;
    return slot_beside(vm, std::vector<std::string>{std::make_reverse_iterator(own), gpus.rend()});
}

Value seamless_mouse_right(const VmView& vm, const VmRow&) {
    const auto& gpus = vm.host.gpus;
    const auto own = std::ranges::find(gpus, vm.tree.get_or("gpu", ""));
    if (own == gpus.end()) return -1;
    return slot_beside(vm, std::vector<std::string>{own + 1, gpus.end()});
}

Value cd(const VmView& vm, const VmRow&) {
    for (const auto& disk : read_disks(vm.tree)) {
        if (disk.device != cd_device) continue;
        const auto medium = file_name(disk.path);
        return std::string{medium == no_medium ? std::string_view{} : medium};
    }
    return std::string{};
}

Value memory_or_stored(const VmView& vm, const VmRow& row) {
    if (auto stored = read_stored(row.stored, Kind::integer, vm.tree, row.stored.key)) return *stored;
    return stored_number(vm, vm_row(VmProperty::memory));
}

Value seamless_traffic(const VmView& vm, const VmRow& row) {
    if (is_service_vm(vm.tree)) return false;
    return flag(vm.tree, row.stored.key, vm.host.seamless_traffic_default);
}

Value stubdom(const VmView& vm, const VmRow& row) {
    return vm.tree.get_or("config/virt-type", "pv") == "hvm" && flag(vm.tree, row.stored.key);
}

Value wired_network(const VmView& vm, const VmRow&) { return network_of_first(vm, false); }
Value wireless_network(const VmView& vm, const VmRow&) { return network_of_first(vm, true); }

VmChanges change_wired_network(const VmView& vm, const VmRow&, const Value& value) {
    return move_first(vm, false, value);
}
VmChanges change_wireless_network(const VmView& vm, const VmRow&, const Value& value) {
    return move_first(vm, true, value);
}

// Progress is reported even when the number stays the same.
VmChanges always_write(const VmView& vm, const VmRow& row, const Value& value) {
    auto change = plan_write(row.stored, vm.tree, row.stored.key, value);
    change.write(std::string{row.stored.key}, std::to_string(std::get<std::int32_t>(value)));
    return only_this(vm, std::move(change));
}

VmChanges change_cd(const VmView& vm, const VmRow&, const Value& value) {
    const auto& medium = std::get<std::string>(value);
    if (medium.find('/') != std::string::npos || medium == "..")
        fail(errors::bad_value, vm.uuid.text(), "property cd = {}: must be the name of a file in {}", shown(value),
             vm.host.iso_path);
    const auto path = vm.host.iso_path + '/' + (medium.empty() ? std::string{no_medium} : medium);
    Change change;
    for (const auto& disk : read_disks(vm.tree))
        if (disk.device == cd_device) change += plan_set_disk(vm.tree, vm.uuid, disk.id, DiskProperty::phys_path, path);
    change.effects.cd_changed = true;
    return only_this(vm, std::move(change));
}

// A taken slot is swapped: its VM gets the slot that this one leaves, if that is a real one. Values up to 0 mean "no
// slot" and are never taken.
VmChanges change_slot(const VmView& vm, const VmRow& row, const Value& value) {
    const auto slot = std::get<std::int32_t>(value);
    const auto before = stored_number(vm, row);
    VmChanges changes;
    vm.vms.each([&](Uuid other, const ConfigTree& tree, const LiveFacts&) {
        if (slot <= 0 || before <= 0 || other == vm.uuid || number(tree, row.stored.key) != slot) return;
        if (changes.empty()) changes.push_back({other, plan_write(row.stored, tree, row.stored.key, before)});
    });
    changes.push_back({vm.uuid, plan_write(row.stored, vm.tree, row.stored.key, value)});
    for (auto& [uuid, change] : changes)
        change.effects.slot_changed = !change.empty();
    return changes;
}

// Stored only if it names a GPU that the host offers; an empty text gives the GPU up.
VmChanges choose_gpu(const VmView& vm, const VmRow& row, const Value& value) {
    const auto& wanted = std::get<std::string>(value);
    const auto offered = [&](const std::string& gpu) { return gpu.find(wanted) != std::string::npos; };
    if (!wanted.empty() && std::ranges::none_of(vm.host.gpus, offered)) return {};
    return only_this(vm, plan_write(row.stored, vm.tree, row.stored.key, value));
}

// At most one guest VM has it: every other one that has loses it.
VmChanges claim_native_experience(const VmView& vm, const VmRow& row, const Value& value) {
    VmChanges changes;
    vm.vms.each([&](Uuid other, const ConfigTree& tree, const LiveFacts&) {
        if (other == vm.uuid || is_service_vm(tree) || !flag(tree, row.stored.key)) return;
        changes.push_back({other, plan_write(row.stored, tree, row.stored.key, false)});
    });
    changes.push_back({vm.uuid, plan_write(row.stored, vm.tree, row.stored.key, value)});
    return changes;
}

}    // namespace xm::xenmgr::computed
