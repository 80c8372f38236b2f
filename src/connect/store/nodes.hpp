#pragma once
// The nodes of xenstore that this product makes, or relies on, beside those of Xen's own toolstack: one table, with who
// makes each and when, who reads it, and what a guest may do with it. Programs spell no path of these themselves.
// docs/XENSTORE.md shows the same table; a test compares them.
//
// A guest gets no more than it needs, and none writes what is another's: where other products let every domain write a
// node of one domain (acpi-state, power-state, boot sentinel), here only that domain, or the stub domain that serves
// it, may.

#include "base/uuid.hpp"
#include "connect/store/permissions.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xm::connect::store {

enum class NodeId : std::uint8_t {
    domain_state,
    internal_state,
    vm_uuid,
    domain_vm,
    vms,
    vm_entry,
    xorg,
    acpi_state,
    power_state,
    cd_locks,
    cd_requests,
    cd_autolock,
    argo_frontend_backend,
    argo_frontend_backend_id,
    argo_frontend_state,
    argo_backend,
    argo_backend_frontend,
    argo_backend_frontend_id,
    argo_backend_state,
    firewall_ready,
    boot_sentinel,
    drivers,
    drivers_removed,
    snapshot,
    network_backend,
};

// Which nodes a domain gets from its monitor before it runs; the others are written when there is something to say.
enum class Made : std::uint8_t {
    when_told,
    by_libxl,    // with the domain; the monitor only says who may use it
    before_it_runs,
    if_argo,        // before it runs, if the VM has argo
    if_sentinel,    // before it runs, if the VM has a boot sentinel
};

// What domains other than 0 may do.
enum class Grant : std::uint8_t {
    nothing,
    inherited,          // what they may do with the node above
    all_read,           // every domain
    guest_writes,       // the domain itself reads and writes, others nothing
    guest_owns,         // the same, and the node is the domain's own, as of a frontend
    device_emulator,    // whoever emulates its devices owns it: its stub domain, else the domain itself; others nothing
};

struct NodeRow {
    NodeId id;
    std::string_view path;    // <uuid>, <domid>, <drive>, <sentinel> are filled in
    Made made;
    std::string_view value;    // of those that are made before the domain runs; filled in like the path
    Grant grant;
    std::string_view writer;
    std::string_view reader;
    std::string_view ends_with;    // what removes it
    std::string_view meaning;
};

// clang-format off
inline constexpr std::array node_rows = std::to_array<NodeRow>({
    {NodeId::domain_state, "/state/<uuid>/state", Made::when_told, "", Grant::nothing,
     "xenvm", "services of the host", "monitor or VM", "state of the domain, internal words; absent: shutdown"},
    {NodeId::internal_state, "/vm/<uuid>/state", Made::when_told, "", Grant::inherited,
     "xenmgr", "services of the host", "domain", "the last state that xenmgr has dealt with; absent: shutdown"},
    {NodeId::vm_uuid, "/vm/<uuid>/uuid", Made::by_libxl, "", Grant::all_read,
     "libxl", "every domain, rpc-proxy", "domain", "the VM's uuid"},
    {NodeId::domain_vm, "/local/domain/<domid>/vm", Made::by_libxl, "", Grant::all_read,
     "libxl", "every domain, rpc-proxy", "domain", "/vm/<uuid>"},
    {NodeId::vms, "/xenmgr/vms", Made::when_told, "", Grant::all_read,
     "xenmgr", "every domain", "nothing", "VMs that run"},
    {NodeId::vm_entry, "/xenmgr/vms/<uuid>", Made::when_told, "", Grant::all_read,
     "xenmgr", "every domain", "domain",
     "domid, name, slot, image, type, hidden, hide-switcher, seamlessid, stubdomid; 1 under the type of a service VM"},
    {NodeId::xorg, "/xenmgr/vms/<uuid>/xorg", Made::when_told, "", Grant::inherited,
     "xenmgr", "every domain", "domain", "1: the guest's display has come up"},
    {NodeId::acpi_state, "/local/domain/<domid>/acpi-state", Made::before_it_runs, "", Grant::device_emulator,
     "device model", "xenvm", "domain", "s0 or s3"},
    {NodeId::power_state, "/local/domain/<domid>/power-state", Made::before_it_runs, "", Grant::device_emulator,
     "device model", "xenvm", "domain", "4: the guest hibernates"},
    {NodeId::cd_locks, "/local/domain/<domid>/bsgdev", Made::before_it_runs, "", Grant::guest_writes,
     "guest", "services of the host", "domain", "<drive>/lock = 1 for each drive that the guest holds"},
    {NodeId::cd_requests, "/local/domain/<domid>/bsgdev-req", Made::before_it_runs, "", Grant::guest_writes,
     "xenmgr, guest", "guest", "domain",
     "<drive>/req-assign, <drive>/req-eject: the guest removes them when it is done"},
    {NodeId::cd_autolock, "/local/domain/<domid>/bsgdev-req/<drive>/autolock", Made::when_told, "", Grant::inherited,
     "xenmgr", "guest", "domain", "1: the guest takes the drive by itself"},
    {NodeId::argo_frontend_backend, "/local/domain/<domid>/device/argo/0/backend", Made::if_argo,
     "/local/domain/0/backend/argo/<domid>/0", Grant::guest_owns,
     "xenvm", "guest", "domain", "where the other end of the device is"},
    {NodeId::argo_frontend_backend_id, "/local/domain/<domid>/device/argo/0/backend-id", Made::if_argo, "0",
     Grant::guest_owns, "xenvm", "guest", "domain", "whose the other end is: the host's"},
    {NodeId::argo_frontend_state, "/local/domain/<domid>/device/argo/0/state", Made::if_argo, "1", Grant::guest_owns,
     "xenvm, guest", "guest, host", "domain", "XenbusState of the guest's end"},
    {NodeId::argo_backend, "/local/domain/0/backend/argo/<domid>", Made::if_argo, "", Grant::inherited,
     "xenvm", "host", "domain", "the host's ends of the domain's devices"},
    {NodeId::argo_backend_frontend, "/local/domain/0/backend/argo/<domid>/0/frontend", Made::if_argo,
     "/local/domain/<domid>/device/argo/0", Grant::inherited,
     "xenvm", "host", "domain", "where the guest's end is"},
    {NodeId::argo_backend_frontend_id, "/local/domain/0/backend/argo/<domid>/0/frontend-id", Made::if_argo, "<domid>",
     Grant::inherited, "xenvm", "host", "domain", "whose the guest's end is"},
    {NodeId::argo_backend_state, "/local/domain/0/backend/argo/<domid>/0/state", Made::if_argo, "0", Grant::inherited,
     "xenvm, host", "host", "domain", "XenbusState of the host's end"},
    {NodeId::firewall_ready, "/local/domain/<domid>/argo-firewall-ready", Made::when_told, "", Grant::inherited,
     "xenmgr", "guest", "domain", "1: the rules between this domain and others hold; written before it runs"},
    {NodeId::boot_sentinel, "/local/domain/<domid>/<sentinel>", Made::if_sentinel, "", Grant::guest_writes,
     "guest", "xenvm", "domain", "anything: the guest has booted; the name is the VM's property boot-sentinel"},
    {NodeId::drivers, "/local/domain/<domid>/attr/PVAddons", Made::when_told, "", Grant::inherited,
     "guest; xenvm for its agent", "xenvm", "domain",
     "Installed = 1: it has paravirtual drivers; MajorVersion, MinorVersion, MicroVersion, BuildVersion: numbers"},
    {NodeId::drivers_removed, "/local/domain/<domid>/attr/PVAddonsUninstalled", Made::when_told, "", Grant::inherited,
     "guest; xenvm for its agent", "xenvm", "domain", "1: they have been removed"},
    {NodeId::snapshot, "/xenmgr/service-vm-snapshot/<uuid>/state", Made::when_told, "", Grant::guest_writes,
     "xenmgr, guest", "guest, xenmgr", "domain",
     "start: the guest may ask for its memory to be kept; start-no-snapshot: it may not; snapshot: it asks; "
     "snapshot-done: it is kept; resume: it goes on from there"},
    {NodeId::network_backend, "/local/domain/0/backend-domid", Made::when_told, "", Grant::all_read,
     "xenmgr", "every domain", "nothing", "domid of the VM that provides the network; 0: none"},
});
// clang-format on

static_assert([] {
    for (std::size_t at = 0; at < node_rows.size(); ++at)
        if (node_rows[at].id != static_cast<NodeId>(at)) return false;
    return node_rows.size() == static_cast<std::size_t>(NodeId::network_backend) + 1;
}());

constexpr const NodeRow& row_of(NodeId id) { return node_rows[static_cast<std::size_t>(id)]; }

// Whose node it is.
struct NodeOwner {
    std::optional<Uuid> uuid{};
    int domid = -1;
    int stubdomid = -1;        // -1: the domain has none
    std::string drive{};       // SCSI address "host:channel:id:lun"
    std::string sentinel{};    // empty: the VM has none
    bool argo = false;
};

std::string path_of(NodeId id, const NodeOwner& owner = {});
std::string value_of(NodeId id, const NodeOwner& owner);
std::optional<Permissions> permissions_of(NodeId id, const NodeOwner& owner = {});    // nothing: inherited

// Made by the domain's monitor before it runs, and not below the domain's own folder, which libxl removes.
bool outlives_domain(const NodeRow& row);

}    // namespace xm::connect::store
