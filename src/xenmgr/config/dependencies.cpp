#include "xenmgr/config/dependencies.hpp"

#include "base/failure.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/nic_rows.hpp"

#include <algorithm>

namespace xm::xenmgr {
namespace {

// Depth first; `path_` is the way from the first VM to the present one, so meeting it again is a cycle.
class Walk {
public:
    explicit Walk(const Needs& needs) : needs_{needs} {}

    bool visit(Uuid vm) {
        const auto again = std::ranges::find(path_, vm);
        if (again != path_.end()) {
            path_.erase(path_.begin(), again);
            path_.push_back(vm);
            return false;
        }
        if (std::ranges::find(order_, vm) != order_.end()) return true;
        path_.push_back(vm);
        for (const auto needed : needs_(vm))
            if (!visit(needed)) return false;
        path_.pop_back();
        order_.push_back(vm);
        return true;
    }

    std::vector<Uuid> order() && {
        order_.pop_back();    // the VM itself
        return std::move(order_);
    }
    std::string cycle() const {
        std::string text;
        for (const auto vm : path_)
            text += (text.empty() ? "" : " -> ") + vm.text();
        return text;
    }

private:
    const Needs& needs_;
    std::vector<Uuid> path_;
    std::vector<Uuid> order_;
};

std::optional<Uuid> find_by_name(std::string_view name, const VmSet& vms) {
    std::optional<Uuid> found;
    vms.each([&](Uuid vm, const ConfigTree& tree, const LiveFacts&) {
        if (!found && tree.get("name") == name) found = vm;
    });
    return found;
}

}    // namespace

std::optional<std::vector<Uuid>> find_dependencies(Uuid vm, const Needs& needs) {
    Walk walk{needs};
    if (!walk.visit(vm)) return std::nullopt;
    return std::move(walk).order();
}

std::vector<Uuid> dependencies(Uuid vm, const Needs& needs) {
    Walk walk{needs};
    if (!walk.visit(vm))
        fail(errors::dependency_cycle, vm.text(), "the dependency graph has a cycle: {}", walk.cycle());
    return std::move(walk).order();
}

std::optional<Uuid> nic_backend(const model::Nic& nic, Uuid owner, const HostView& host, const VmSet& vms) {
    if (!nic.backend_uuid.empty()) {
        const auto backend = Uuid::parse(nic.backend_uuid);
        return backend && vms.find(*backend) ? backend : std::nullopt;
    }
    if (!nic.backend_name.empty()) return find_by_name(nic.backend_name, vms);
    if (const auto known = host.network_backends.find(nic.network); known != host.network_backends.end())
        return vms.find(known->second) ? std::optional{known->second} : std::nullopt;
    return host.default_backend == owner ? std::nullopt : host.default_backend;
}

std::vector<Uuid> nic_backends(Uuid vm, const HostView& host, const VmSet& vms) {
    std::vector<Uuid> backends;
    const auto* tree = vms.find(vm);
    if (!tree) return backends;
    for (const auto& nic : read_nics(*tree, vm)) {
        const auto backend = nic_backend(nic, vm, host, vms);
        if (backend && std::ranges::find(backends, *backend) == backends.end()) backends.push_back(*backend);
    }
    return backends;
}

std::optional<Uuid> find_default_backend(const VmSet& vms) {
    std::optional<Uuid> found;
    vms.each([&](Uuid vm, const ConfigTree& tree, const LiveFacts&) {
        if (!found && flag(tree, "provides-default-network-backend")) found = vm;
    });
    return found;
}

}    // namespace xm::xenmgr
