#pragma once
// Which VMs a VM needs: the backends of its NICs, their backends, and so on.

#include "model/nic.hpp"
#include "xenmgr/config/vm_view.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace xm::xenmgr {

// What one VM needs directly.
using Needs = std::function<std::vector<Uuid>(Uuid)>;

// Everything that `vm` needs, in starting order (deeper first), each once; nothing if a cycle can be reached from it.
std::optional<std::vector<Uuid>> find_dependencies(Uuid vm, const Needs& needs);
std::vector<Uuid> dependencies(Uuid vm, const Needs& needs);    // throws dependency_cycle, naming the way round

// The VM that serves a NIC: its backend-uuid, else the first VM of its backend-name, else the backend of its network,
// else the default backend. Nothing: the host itself, or a backend that does not exist.
std::optional<Uuid> nic_backend(const model::Nic& nic, Uuid owner, const HostView& host, const VmSet& vms);
std::vector<Uuid> nic_backends(Uuid vm, const HostView& host, const VmSet& vms);

// First VM with provides-default-network-backend. To be kept in HostView, since it is asked for every NIC.
std::optional<Uuid> find_default_backend(const VmSet& vms);

}    // namespace xm::xenmgr
