#include "expose/vm_face.hpp"

#include "expose/guarded.hpp"
#include "expose/values.hpp"
#include "xenmgr/config/argo_rules.hpp"
#include "xenmgr/config/db_keys.hpp"
#include "xenmgr/config/disk_rows.hpp"
#include "xenmgr/config/net_rules.hpp"
#include "xenmgr/config/nic_rows.hpp"
#include "xenmgr/config/vm_properties.hpp"

#include <utility>

namespace xm::expose {
namespace asio = boost::asio;
using namespace xenmgr;
namespace {

// Only these decide about other VMs as well.
constexpr bool concerns_others(VmProperty property) {
    return property == VmProperty::slot || property == VmProperty::native_experience;
}

enum class Asked : bool { no, policy };

asio::awaitable<void> set_property(Manager& manager, Uuid vm, VmProperty property, Value value, Asked asked) {
    const auto scope = concerns_others(property) ? ConfigStore::Scope::all : ConfigStore::Scope::one;
    auto decide = [property, value = std::move(value), asked](const VmView& view) {
        if (asked == Asked::policy) require_edit_allowed(view, property);
        return plan_set(view, property, value);
    };
    return manager.configs().change(vm, scope, std::move(decide));
}

void put_property(bus::Writer& into, const VmView& view, VmProperty property) {
    put(into, xenmgr::get(view, property), vm_schema(property).signature);
}

template <class Ids, class Path>
std::vector<bus::ObjectPath> paths_of(const Ids& ids, const Uuid& vm, Path path) {
    std::vector<bus::ObjectPath> paths;
    for (const int id : ids)
        paths.emplace_back(path(vm, id));
    return paths;
}

}    // namespace

void VmFace::get(Property property, bus::Writer& into) const {
    if (!view_) view_.emplace(manager_.registry().view(vm_));
    put_property(into, *view_, vm_property(property));
}

asio::awaitable<void> VmFace::set(Property property, bus::Variant value, Caller) {
    return set_property(manager_, vm_, vm_property(property), to_value(std::move(value)), Asked::policy);
}

void VmUnrestrictedFace::get(Property property, bus::Writer& into) const {
    put_property(into, manager_.registry().view(vm_), property);
}

asio::awaitable<void> VmUnrestrictedFace::set(Property property, bus::Variant value, bus::Caller) {
    return set_property(manager_, vm_, property, to_value(std::move(value)), Asked::no);
}

asio::awaitable<void> VmFace::start(Caller) { return manager_.lives().start(vm_, InsteadOf::honour); }
asio::awaitable<void> VmFace::start_internal(Caller) { return manager_.lives().start(vm_, InsteadOf::skip); }
asio::awaitable<void> VmFace::shutdown(Caller) { return manager_.lives().shutdown(vm_); }
asio::awaitable<void> VmFace::reboot(Caller) { return manager_.lives().reboot(vm_); }
asio::awaitable<void> VmFace::pause(Caller) { return manager_.lives().pause(vm_); }
asio::awaitable<void> VmFace::unpause(Caller) { return manager_.lives().unpause(vm_); }
asio::awaitable<void> VmFace::destroy(Caller) { return manager_.lives().destroy(vm_); }
asio::awaitable<void> VmFace::sleep(Caller) { return manager_.lives().sleep(vm_); }
asio::awaitable<void> VmFace::resume(Caller) { return manager_.lives().resume(vm_); }
asio::awaitable<void> VmFace::hibernate(Caller) { return manager_.lives().hibernate(vm_); }

asio::awaitable<void> VmFace::suspend_to_file(std::string file, Caller) {
    return manager_.lives().suspend_to_file(vm_, std::move(file));
}
asio::awaitable<void> VmFace::resume_from_file(std::string file, Caller) {
    return manager_.lives().resume_from_file(vm_, std::move(file));
}

asio::awaitable<void> VmFace::delete_(Caller) { return manager_.maker().remove(vm_, Reach::restricted); }

asio::awaitable<void> VmFace::switch_to(Caller) { return manager_.bring_to_screen(vm_); }

asio::awaitable<bus::ObjectPath> VmFace::add_disk(Caller) {
    int id = -1;
    co_await guarded_change(manager_, vm_, [&id](const VmView& view) {
        auto added = plan_add_disk(view.tree);
        id = added.id;
        return std::move(added.change);
    });
    co_return bus::ObjectPath{disk_path(vm_, id)};
}

asio::awaitable<bus::ObjectPath> VmFace::add_nic(Caller) {
    int id = -1;
    co_await guarded_change(manager_, vm_, [&id](const VmView& view) {
        auto added = plan_add_nic(view.tree);
        id = added.id;
        return std::move(added.change);
    });
    co_return bus::ObjectPath{nic_path(vm_, id)};
}

asio::awaitable<std::vector<bus::ObjectPath>> VmFace::list_disks(Caller) {
    co_return paths_of(disk_ids(manager_.registry().tree(vm_)), vm_, disk_path);
}
asio::awaitable<std::vector<bus::ObjectPath>> VmFace::list_nics(Caller) {
    co_return paths_of(nic_ids(manager_.registry().tree(vm_)), vm_, nic_path);
}

asio::awaitable<void> VmFace::add_argo_firewall_rule(std::string rule, Caller) {
    return guarded_change(manager_, vm_,
                          [rule](const VmView& view) { return plan_add_argo_rule(view.tree, view.uuid, rule); });
}
asio::awaitable<void> VmFace::delete_argo_firewall_rule(std::string rule, Caller) {
    return guarded_change(manager_, vm_,
                          [rule](const VmView& view) { return plan_delete_argo_rule(view.tree, view.uuid, rule); });
}
asio::awaitable<StringList> VmFace::list_argo_firewall_rules(Caller) {
    co_return list_argo_rules(manager_.registry().tree(vm_));
}

asio::awaitable<void> VmFace::add_net_firewall_rule(std::int32_t id, std::string direction, std::string remoteip,
                                                    std::string extra, Caller) {
    const NetRule rule{id, std::move(direction), std::move(remoteip), std::move(extra)};
    return guarded_change(manager_, vm_,
                          [rule](const VmView& view) { return plan_add_net_rule(view.tree, view.uuid, rule); });
}
asio::awaitable<void> VmFace::delete_net_firewall_rule(std::int32_t id, Caller) {
    return guarded_change(manager_, vm_, [id](const VmView& view) { return plan_delete_net_rule(view.tree, id); });
}
asio::awaitable<std::vector<StringMap>> VmFace::list_net_firewall_rules(Caller) {
    co_return list_net_rules(manager_.registry().tree(vm_));
}

asio::awaitable<bus::ObjectPath> VmFace::create_child_service_vm(std::string child_template, Caller) {
    co_return bus::ObjectPath{vm_path(co_await manager_.maker().create_child(vm_, std::move(child_template)))};
}

asio::awaitable<std::string> VmFace::get_db_key(std::string key, Caller) {
    co_return xenmgr::get_db_key(manager_.registry().tree(vm_), key);
}
asio::awaitable<void> VmFace::set_db_key(std::string key, std::string value, Caller) {
    return guarded_change(manager_, vm_, [key, value](const VmView& view) {
        return plan_set_db_key(view.tree, view.uuid, key, value, Reach::restricted);
    });
}
asio::awaitable<std::string> VmFace::get_domstore_key(std::string key, Caller) {
    return manager_.read_domstore(vm_, std::move(key));
}
asio::awaitable<void> VmFace::set_domstore_key(std::string key, std::string value, Caller) {
    require_edit_allowed(manager_.registry().view(vm_));
    return manager_.write_domstore(vm_, std::move(key), std::move(value));
}
asio::awaitable<std::vector<std::uint8_t>> VmFace::read_icon(Caller) { co_return manager_.read_icon(vm_); }

}    // namespace xm::expose
