#include "expose/announcer.hpp"

#include "gen/vmdisk_server.hpp"
#include "gen/vmnic_server.hpp"
#include "gen/xenmgr_diag_server.hpp"
#include "gen/xenmgr_guestreq_server.hpp"
#include "gen/xenmgr_server.hpp"
#include "gen/xenmgr_vm_server.hpp"
#include "gen/xenmgr_vm_unrestricted_server.hpp"
#include "xenmgr/config/vm_view.hpp"

#include <algorithm>

namespace xm::expose {
namespace {

constexpr auto root = "/";

bus::ObjectPath object_of(const Uuid& vm) { return bus::ObjectPath{xenmgr::vm_path(vm)}; }

std::string device_path(const Uuid& vm, xenmgr::DeviceKind kind, int id) {
    return kind == xenmgr::DeviceKind::disk ? xenmgr::disk_path(vm, id) : xenmgr::nic_path(vm, id);
}

const bus::Interface& device_interface(xenmgr::DeviceKind kind) {
    return kind == xenmgr::DeviceKind::disk ? gen::vmdisk::interface() : gen::vmnic::interface();
}

// Position of the property in com.citrix.xenclient.xenmgr.vm, which lacks three of .unrestricted's.
std::optional<std::size_t> on_guarded_face(xenmgr::VmProperty property) {
    const auto name = gen::xenmgr_vm_unrestricted::properties[static_cast<std::size_t>(property)].name;
    const auto rows = std::span{gen::xenmgr_vm::properties};
    const auto at = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
    if (at == rows.end()) return std::nullopt;
    return static_cast<std::size_t>(at - rows.begin());
}

}    // namespace

void Announcer::speak_through(bus::Service& service, Families families) { voice_.emplace(Voice{service, families}); }

void Announcer::vm_created(const Uuid& vm) {
    if (voice_) gen::xenmgr::emit_vm_created(connection_, root, vm.text(), object_of(vm));
}

void Announcer::vm_appeared(const Uuid& vm) {
    if (voice_) voice_->service.added(xenmgr::vm_path(vm));
}

void Announcer::vm_deleted(const Uuid& vm) {
    if (!voice_) return;
    gen::xenmgr::emit_vm_deleted(connection_, root, vm.text(), object_of(vm));
    voice_->service.removed(xenmgr::vm_path(vm), voice_->families.vms);
}

void Announcer::vm_state_changed(const Uuid& vm, model::VmState state, int acpi_state) {
    if (voice_)
        gen::xenmgr::emit_vm_state_changed(connection_, root, vm.text(), object_of(vm),
                                           std::string{model::shown_as(state)}, acpi_state);
}

void Announcer::vm_config_changed(const Uuid& vm) {
    if (voice_) gen::xenmgr::emit_vm_config_changed(connection_, root, vm.text(), object_of(vm));
}
void Announcer::vm_name_changed(const Uuid& vm) {
    if (voice_) gen::xenmgr::emit_vm_name_changed(connection_, root, vm.text(), object_of(vm));
}
void Announcer::vm_transfer_changed(const Uuid& vm) {
    if (voice_) gen::xenmgr::emit_vm_transfer_changed(connection_, root, vm.text(), object_of(vm));
}
void Announcer::vm_notified(const Uuid& vm, const std::string& message) {
    if (voice_) gen::xenmgr::emit_notify(connection_, root, vm.text(), message);
}

void Announcer::vm_properties_changed(const Uuid& vm, std::span<const xenmgr::VmProperty> properties) {
    if (!voice_) return;
    const auto path = xenmgr::vm_path(vm);
    for (const auto property : properties) {
        if (const auto guarded = on_guarded_face(property))
            voice_->service.property_changed(path, gen::xenmgr_vm::interface(), *guarded);
        voice_->service.property_changed(path, gen::xenmgr_vm_unrestricted::interface(),
                                         static_cast<std::size_t>(property));
    }
}

void Announcer::device_added(const Uuid& vm, xenmgr::DeviceKind kind, int id) {
    if (voice_) voice_->service.added(device_path(vm, kind, id));
}
void Announcer::device_removed(const Uuid& vm, xenmgr::DeviceKind kind, int id) {
    if (!voice_) return;
    const bool disk = kind == xenmgr::DeviceKind::disk;
    voice_->service.removed(device_path(vm, kind, id), disk ? voice_->families.disks : voice_->families.nics);
}
void Announcer::device_changed(const Uuid& vm, xenmgr::DeviceKind kind, int id,
                               std::span<const std::size_t> properties) {
    if (!voice_) return;
    for (const auto property : properties)
        voice_->service.property_changed(device_path(vm, kind, id), device_interface(kind), property);
}

void Announcer::config_changed() {
    if (voice_) gen::xenmgr::emit_config_changed(connection_, root);
}
void Announcer::language_changed() {
    if (voice_) gen::xenmgr::emit_language_changed(connection_, root);
}

void Announcer::gather_requested(const std::string& mode) {
    gen::xenmgr_diag::emit_gather_request(connection_, root, mode);
}
void Announcer::attention_requested(const Uuid& vm) {
    gen::xenmgr_guestreq::emit_requested_attention(connection_, root, vm.text(), object_of(vm));
}

}    // namespace xm::expose
