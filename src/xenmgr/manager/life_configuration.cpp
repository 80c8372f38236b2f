#include "xenmgr/manager/life_configuration.hpp"

#include "base/log.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/dependencies.hpp"
#include "xenmgr/config/disk_rows.hpp"
#include "xenmgr/config/gpus.hpp"
#include "xenmgr/config/nic_rows.hpp"
#include "xenmgr/config/vm_properties.hpp"
#include "xenmgr/manager/snapshot.hpp"

#include <boost/asio/co_spawn.hpp>

#include <filesystem>

namespace xm::xenmgr {
namespace asio = boost::asio;
namespace {

bool exists(const std::string& path) {
    std::error_code error;
    return std::filesystem::exists(path, error);
}

int domid_of(const VmSet& vms, const Uuid& uuid) {
    int domid = 0;    // a backend that does not run: the host
    vms.each([&](Uuid one, const ConfigTree&, const LiveFacts& live) {
        if (one == uuid && live.domid >= 0) domid = live.domid;
    });
    return domid;
}

std::string text_of(const VmView& vm, VmProperty property) { return std::get<std::string>(get(vm, property)); }
bool flag_of(const VmView& vm, VmProperty property) { return std::get<bool>(get(vm, property)); }

std::vector<std::string> addresses(const PassedDevices& passed) {
    std::vector<std::string> found;
    for (const auto& one : passed.present)
        found.push_back(one.device.address.text());
    return found;
}

constexpr std::uint16_t intel = 0x8086;

PassthroughDevice as_passthrough(const PciDevice& device) {
    const bool display = device.pci_class == 0x0300 || device.pci_class == 0x0380;
    return {.address = device.address.text(),
            .name = device.name,
            .intel_display = device.vendor == intel && display,
            .boot_vga = device.boot_vga};
}

}    // namespace

PassedDevices LifeConfiguration::passed_to(const ConfigTree& tree) const {
    return passed_devices(tree, registry_.host_facts().pci_devices, registry_.amt_active());
}

// What of the host matters to this start. Two facts come from services that this host does not have, and are what
// their absence means: without the network daemon every network is a wired one, and without a tool that makes
// snapshots every disk is used itself.
LaunchFacts LifeConfiguration::launch_facts(const VmView& vm) const {
    LaunchFacts facts;
    for (const auto& nic : read_nics(vm.tree, vm.uuid)) {
        const auto backend = nic_backend(nic, vm.uuid, vm.host, vm.vms);
        if (backend) facts.nic_backends[nic.id] = domid_of(vm.vms, *backend);
    }
    for (const auto& disk : read_disks(vm.tree))
        if (disk.type == model::DiskType::vhd && !exists(disk.path)) facts.absent_images.insert(disk.id);
    facts.pci_devices = registry_.host_facts().pci_devices;
    facts.amt_active = registry_.amt_active();
    facts.mmio_hole_mib = mmio_hole_mib(passed_to(vm.tree));
    facts.cd_drives = devices_.cd_drives();
    facts.has_slic_table = exists("/sys/firmware/acpi/tables/SLIC");
    return facts;
}

LifeSettings LifeConfiguration::settings(const Uuid& uuid) const {
    if (!registry_.has(uuid)) return {};
    const auto vm = registry_.view(uuid);
    using P = VmProperty;
    return {.run_insteadof_start = text_of(vm, P::run_insteadof_start),
            .run_pre_boot = text_of(vm, P::run_pre_boot),
            .run_pre_delete = text_of(vm, P::run_pre_delete),
            .run_on_state_change = text_of(vm, P::run_on_state_change),
            .run_on_acpi_state_change = text_of(vm, P::run_on_acpi_state_change),
            .keep_alive = flag_of(vm, P::keep_alive),
            .auto_s3_wake = flag_of(vm, P::auto_s3_wake),
            .pv_addons = flag_of(vm, P::pv_addons),
            .hibernated = flag_of(vm, P::hibernated),
            .managed = vm.tree.has("backend") || vm.tree.has_below("backend"),
            .service_vm = is_service_vm(vm.tree),
            .track_dependencies = flag_of(vm, P::track_dependencies),
            .start_from_suspend_image = text_of(vm, P::start_from_suspend_image),
            .boot_sentinel = text_of(vm, P::boot_sentinel),
            .disks = read_disks(vm.tree)};
}

// It is a fact about the guest, so it shows at once; storing it follows, and a failure of that is only logged.
void LifeConfiguration::set_hibernated(const Uuid& uuid, bool hibernated) {
    if (!registry_.has(uuid) || flag(registry_.tree(uuid), "hibernated") == hibernated) return;
    const auto before = snapshot(registry_.view(uuid));
    const auto change = Change{}.write("hibernated", hibernated ? "true" : "false");
    registry_.edit(uuid).apply(change);
    tell_differences(listener_, uuid, before, snapshot(registry_.view(uuid)));
    auto decide = [change](const VmView& vm) { return VmChanges{{vm.uuid, change}}; };
    asio::co_spawn(executor_, store_.change(uuid, ConfigStore::Scope::one, std::move(decide)),
                   [uuid](const std::exception_ptr& thrown) {
                       if (thrown) log::error("vm={} hibernated flag not stored", uuid.text());
                   });
}

Configuration::awaitable<void> LifeConfiguration::pass_whole_gpu(Uuid uuid) {
    const auto plan = [this](const VmView& vm) {
        return plan_pass_whole_gpu(vm.tree, registry_.host_facts().pci_devices);
    };
    if (!registry_.has(uuid) || plan(registry_.view(uuid)).empty()) co_return;
    auto decide = [plan](const VmView& vm) { return VmChanges{{vm.uuid, plan(vm)}}; };
    co_await store_.change(uuid, ConfigStore::Scope::one, std::move(decide));
}

Configuration::awaitable<StartContext> LifeConfiguration::start_context(Uuid uuid) {
    co_await pass_whole_gpu(uuid);
    const auto vm = registry_.view(uuid);
    StartContext context{.uuid = uuid};
    if (!flag_of(vm, VmProperty::track_dependencies)) co_return context;
    const auto needs = [&](Uuid one) { return nic_backends(one, registry_.host(), registry_); };
    for (const auto& needed : dependencies(uuid, needs))
        context.dependencies.push_back({.uuid = needed});
    co_return context;
}

std::vector<Neighbour> LifeConfiguration::running_neighbours(const Uuid& uuid) const {
    std::vector<Neighbour> neighbours;
    registry_.each([&](Uuid other, const ConfigTree& tree, const LiveFacts& live) {
        if (other == uuid || !model::is_running(live.state)) return;
        neighbours.push_back({.name = std::string{tree.get_or("name", other.text())},
                              .guest = !is_service_vm(tree),
                              .amt_passthrough = flag(tree, "amt-pt"),
                              .oem_features = flag(tree, "oem-acpi-features"),
                              .pci = addresses(passed_to(tree))});
    });
    return neighbours;
}

Configuration::awaitable<BootContext> LifeConfiguration::boot_context(Uuid uuid) {
    const auto vm = registry_.view(uuid);
    BootContext context{.uuid = uuid,
                        .amt_passthrough = flag(vm.tree, "amt-pt"),
                        .oem_features = flag(vm.tree, "oem-acpi-features"),
                        .neighbours = running_neighbours(uuid)};
    const auto passed = passed_to(vm.tree);
    for (const auto& one : passed.present)
        context.pci.push_back(as_passthrough(one.device));
    for (const auto& address : passed.missing)
        context.missing_pci.push_back(address.text());
    for (const auto& nic : read_nics(vm.tree, uuid)) {
        if (!nic.enabled || (nic.backend_uuid.empty() && nic.backend_name.empty())) continue;
        const auto backend = nic_backend(nic, uuid, registry_.host(), registry_);
        const bool resolved = backend && registry_.has(*backend) && registry_.view(*backend).live.domid >= 0;
        context.backends.push_back({.nic_id = nic.id,
                                    .backend = nic.backend_uuid.empty() ? nic.backend_name : nic.backend_uuid,
                                    .resolved = resolved});
    }
    co_return context;
}

Configuration::awaitable<model::GuestSpec> LifeConfiguration::spec(Uuid uuid) {
    const auto vm = registry_.view(uuid);
    co_return make_guest_spec(vm, launch_facts(vm));
}

std::vector<std::string> LifeConfiguration::images_used_elsewhere(const Uuid& uuid) const {
    std::vector<std::string> paths;
    registry_.each([&](Uuid other, const ConfigTree& tree, const LiveFacts&) {
        if (other == uuid) return;
        for (const auto& disk : read_disks(tree))
            paths.push_back(disk.path);
    });
    return paths;
}

Configuration::awaitable<void> LifeConfiguration::erase(Uuid uuid) {
    StringList nodes{"/vm/" + uuid.text(), "/dom-store/" + uuid.text()};
    co_await database_.write(StringMap{}, std::move(nodes));
    tell_devices_gone(listener_, uuid, registry_.tree(uuid));
    registry_.erase(uuid);
    registry_.refresh_host();
    store_.forget(uuid);
}

}    // namespace xm::xenmgr
