#pragma once
// All VMs and their configuration, as stored: the copy in memory that reads are answered from. Whoever changes it has
// had the change stored first (config_store.hpp). What is known of running domains comes through `live`.

#include "base/uuid.hpp"
#include "xenmgr/config/config_tree.hpp"
#include "xenmgr/config/host_rows.hpp"
#include "xenmgr/config/vm_view.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace xm::xenmgr {

class Registry final : public VmSet {
public:
    using Live = std::function<LiveFacts(const Uuid&)>;
    explicit Registry(Live live) : live_{std::move(live)} {}

    void load(std::map<Uuid, ConfigTree> vms, ConfigTree host);

    void each(const Visit& visit) const override;
    const ConfigTree* find(Uuid vm) const override;

    bool has(const Uuid& vm) const { return find(vm) != nullptr; }
    std::size_t size() const { return vms_.size(); }
    std::vector<Uuid> uuids() const;                         // ascending
    std::vector<Uuid> named(std::string_view name) const;    // ascending; names need not be unique
    std::vector<Uuid> of_domain(int domid) const;            // one or none

    // Throws no_such_vm.
    VmView view(const Uuid& vm) const;
    const ConfigTree& tree(const Uuid& vm) const;
    ConfigTree& edit(const Uuid& vm);

    void put(const Uuid& vm, ConfigTree tree);
    void erase(const Uuid& vm);

    const ConfigTree& host_tree() const { return host_tree_; }
    ConfigTree& edit_host_tree() { return host_tree_; }
    const HostView& host() const { return host_; }

    const HostFacts& host_facts() const { return host_facts_; }
    void set_host_facts(HostFacts facts);
    bool amt_active() const { return flag(host_tree_, "system-amt-pt-active"); }

    // To be called after anything that HostView is derived from changed.
    void refresh_host();

private:
    Live live_;
    std::map<Uuid, ConfigTree> vms_;
    ConfigTree host_tree_;
    HostFacts host_facts_;
    HostView host_;
};

}    // namespace xm::xenmgr
