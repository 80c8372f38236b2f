#include "expose/vm_companions.hpp"

#include "base/failure.hpp"
#include "expose/guarded.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/pci_rules.hpp"
#include "xenmgr/config/product_properties.hpp"

namespace xm::expose {
namespace asio = boost::asio;
using namespace xenmgr;

asio::awaitable<void> VmAuthFace::auth(bus::Caller) { return manager_.ask_login(vm_); }
asio::awaitable<bool> VmAuthFace::auth_required(bus::Caller) {
    co_return manager_.registry().view(vm_).live.login_required;
}

asio::awaitable<void> VmPciFace::add_pt_rule(std::string pciclass, std::string vendor_id, std::string device_id,
                                             bus::Caller) {
    const auto ids = parse_pci_ids(pciclass, vendor_id, device_id);
    return guarded_change(manager_, vm_, [ids](const VmView& view) { return plan_add_pci_rule(view.tree, ids); });
}
asio::awaitable<void> VmPciFace::add_pt_rule_bdf(std::string bdf, bus::Caller) {
    const auto rule = parse_address_rule(bdf);
    return guarded_change(manager_, vm_, [rule](const VmView& view) { return plan_add_pci_rule(view.tree, rule); });
}
asio::awaitable<void> VmPciFace::delete_pt_rule(std::string pciclass, std::string vendor_id, std::string device_id,
                                                bus::Caller) {
    const auto ids = parse_pci_ids(pciclass, vendor_id, device_id);
    return guarded_change(manager_, vm_, [ids](const VmView& view) { return plan_delete_pci_rule(view.tree, ids); });
}
asio::awaitable<void> VmPciFace::delete_pt_rule_bdf(std::string bdf, bus::Caller) {
    const auto rule = parse_address_rule(bdf);
    return guarded_change(manager_, vm_, [rule](const VmView& view) { return plan_delete_pci_rule(view.tree, rule); });
}

asio::awaitable<std::vector<StringMap>> VmPciFace::list_pt_pci_devices(bus::Caller) {
    std::vector<StringMap> devices;
    const auto passed = passed_devices(manager_.registry().tree(vm_), manager_.pci_devices(), manager_.amt_active());
    for (const auto& one : passed.present)
        devices.push_back(describe(one.device));
    co_return devices;
}
asio::awaitable<std::vector<StringMap>> VmPciFace::list_pt_rules(bus::Caller) {
    co_return list_pci_rules(manager_.registry().tree(vm_));
}

asio::awaitable<std::string> VmProductFace::get_ovf_env_xml(bus::Caller) {
    manager_.registry().tree(vm_);
    fail(errors::not_in_appliance, vm_.text(), "the VM was not imported from an appliance");
    co_return std::string{};
}
asio::awaitable<std::string> VmProductFace::get_product_property(std::string property_id, bus::Caller) {
    co_return xenmgr::get_product_property(manager_.registry().tree(vm_), vm_, property_id);
}
asio::awaitable<std::vector<StringMap>> VmProductFace::list_product_properties(bus::Caller) {
    co_return xenmgr::list_product_properties(manager_.registry().tree(vm_));
}
asio::awaitable<void> VmProductFace::set_product_property(std::string property_id, std::string value, bus::Caller) {
    auto decide = [property_id, value](const VmView& view) {
        return VmChanges{{view.uuid, plan_set_product_property(view.tree, view.uuid, property_id, value)}};
    };
    return manager_.configs().change(vm_, ConfigStore::Scope::one, std::move(decide));
}

}    // namespace xm::expose
