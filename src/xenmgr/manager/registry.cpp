#include "xenmgr/manager/registry.hpp"

#include "base/failure.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/dependencies.hpp"
#include "xenmgr/config/gpus.hpp"

#include <filesystem>

namespace xm::xenmgr {
namespace {

std::int64_t size_of_file(const std::string& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    return error ? 0 : static_cast<std::int64_t>(size);
}

[[noreturn]] void unknown(const Uuid& vm) { fail(errors::no_such_vm, vm.text(), "no VM has this uuid"); }

}    // namespace

void Registry::load(std::map<Uuid, ConfigTree> vms, ConfigTree host) {
    vms_ = std::move(vms);
    host_tree_ = std::move(host);
    refresh_host();
}

void Registry::each(const Visit& visit) const {
    for (const auto& [uuid, tree] : vms_)
        visit(uuid, tree, live_(uuid));
}

const ConfigTree* Registry::find(Uuid vm) const {
    const auto at = vms_.find(vm);
    return at == vms_.end() ? nullptr : &at->second;
}

std::vector<Uuid> Registry::uuids() const {
    std::vector<Uuid> found;
    found.reserve(vms_.size());
    for (const auto& [uuid, tree] : vms_)
        found.push_back(uuid);
    return found;
}

std::vector<Uuid> Registry::named(std::string_view name) const {
    std::vector<Uuid> found;
    for (const auto& [uuid, tree] : vms_)
        if (tree.get_or("name", "") == name) found.push_back(uuid);
    return found;
}

std::vector<Uuid> Registry::of_domain(int domid) const {
    std::vector<Uuid> found;
    for (const auto& [uuid, tree] : vms_)
        if (domid >= 0 && live_(uuid).domid == domid) found.push_back(uuid);
    return found;
}

VmView Registry::view(const Uuid& vm) const { return {vm, tree(vm), live_(vm), host_, *this}; }

const ConfigTree& Registry::tree(const Uuid& vm) const {
    const auto* stored = find(vm);
    if (stored == nullptr) unknown(vm);
    return *stored;
}

ConfigTree& Registry::edit(const Uuid& vm) {
    const auto at = vms_.find(vm);
    if (at == vms_.end()) unknown(vm);
    return at->second;
}

void Registry::put(const Uuid& vm, ConfigTree tree) { vms_.insert_or_assign(vm, std::move(tree)); }

void Registry::erase(const Uuid& vm) { vms_.erase(vm); }

void Registry::set_host_facts(HostFacts facts) {
    host_facts_ = std::move(facts);
    refresh_host();
}

void Registry::refresh_host() {
    host_.iso_path = std::string{host_tree_.get_or("xenmgr/isos", "/storage/isos")};
    host_.autostart_pending.clear();
    for (const auto& text : host_tree_.list("xenmgr/autostart-pending-vms"))
        if (const auto uuid = Uuid::parse(text)) host_.autostart_pending.push_back(*uuid);
    host_.default_backend = find_default_backend(*this);
    host_.file_size = size_of_file;
    host_.seamless_traffic_default = has_capability(host_facts_, "seamless-traffic-default");
    host_.gpus = offered_gpus(host_facts_, host_tree_);
}

}    // namespace xm::xenmgr
