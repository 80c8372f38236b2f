#pragma once
// The nodes of xenstore that this product makes, or relies on, beside those of Xen's own toolstack: one table, with who
// writes each, who reads it, and what a guest may do with it. Programs spell no path of these themselves.
//
// A guest gets no more than it needs: where other products let every domain write a node of one domain (acpi-state,
// power-state, boot sentinel), here only that domain, or the stub domain that serves it, may.

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
    acpi_state,
    power_state,
    cd_locks,
    cd_requests,
    cd_autolock,
    media,
    network_backend,
};

// What domains other than 0 may do.
enum class Grant : std::uint8_t {
    nothing,
    inherited,          // what they may do with the node above
    all_read,           // every domain
    guest_writes,       // the domain itself reads and writes, others nothing
    device_emulator,    // whoever emulates its devices owns it: its stub domain, else the domain itself; others nothing
    all_write,          // every domain reads and writes
};

struct NodeRow {
    NodeId id;
    std::string_view path;    // <uuid>, <domid>, <drive> are filled in
    std::string_view writer;
    std::string_view reader;
    Grant grant;
    std::string_view ends_with;    // what removes it
    std::string_view meaning;
};

// clang-format off
inline constexpr std::array node_rows = std::to_array<NodeRow>({
    {NodeId::domain_state,    "/state/<uuid>/state", "xenvm", "services of the host", Grant::nothing, "monitor or VM",
     "state of the domain, internal words; absent: shutdown"},
    {NodeId::internal_state,  "/vm/<uuid>/state", "xenmgr", "services of the host", Grant::inherited, "domain",
     "the last state that xenmgr has dealt with; absent: shutdown"},
    {NodeId::vm_uuid,         "/vm/<uuid>/uuid", "libxl", "every domain, rpc-proxy", Grant::all_read, "domain",
     "the VM's uuid"},
    {NodeId::domain_vm,       "/local/domain/<domid>/vm", "libxl", "every domain, rpc-proxy", Grant::all_read, "domain",
     "/vm/<uuid>"},
    {NodeId::vms,             "/xenmgr/vms", "xenmgr", "every domain", Grant::all_read, "nothing",
     "VMs that run"},
    {NodeId::vm_entry,        "/xenmgr/vms/<uuid>", "xenmgr", "every domain", Grant::all_read, "domain",
     "domid, name, slot, image, type, hidden, hide-switcher, seamlessid, stubdomid; 1 under the type of a service VM"},
    {NodeId::acpi_state,      "/local/domain/<domid>/acpi-state", "device model", "xenvm", Grant::device_emulator, "domain",
     "s0 or s3"},
    {NodeId::power_state,     "/local/domain/<domid>/power-state", "device model", "xenvm", Grant::device_emulator, "domain",
     "4: the guest hibernates"},
    {NodeId::cd_locks,        "/local/domain/<domid>/bsgdev", "guest", "services of the host", Grant::guest_writes, "domain",
     "<drive>/lock = 1 for each drive that the guest holds"},
    {NodeId::cd_requests,     "/local/domain/<domid>/bsgdev-req", "xenmgr, guest", "guest", Grant::guest_writes, "domain",
     "<drive>/req-assign, <drive>/req-eject: the guest removes them when it is done"},
    {NodeId::cd_autolock,     "/local/domain/<domid>/bsgdev-req/<drive>/autolock", "xenmgr", "guest", Grant::inherited,
     "domain", "1: the guest takes the drive by itself"},
    {NodeId::media,           "/xenclient/bsgdev", "xenmgr", "every domain", Grant::all_write, "nothing",
     "<drive>/media = 1 for each drive with a medium"},
    {NodeId::network_backend, "/local/domain/0/backend-domid", "xenmgr", "every domain", Grant::all_read, "nothing",
     "domid of the VM that provides the network; 0: none"},
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
    int stubdomid = -1;     // -1: the domain has none
    std::string drive{};    // SCSI address "host:channel:id:lun"
};

std::string path_of(NodeId id, const NodeOwner& owner = {});
std::optional<Permissions> permissions_of(NodeId id, const NodeOwner& owner = {});    // nothing: inherited

}    // namespace xm::connect::store
