#pragma once
// The smaller interfaces of one VM: .vm.auth (must its user log in first?), .vm.pci (passthrough), .vm.product
// (properties that came with an appliance).

#include "base/uuid.hpp"
#include "gen/xenmgr_vm_auth_server.hpp"
#include "gen/xenmgr_vm_pci_server.hpp"
#include "gen/xenmgr_vm_product_server.hpp"
#include "xenmgr/manager/manager.hpp"

namespace xm::expose {

class VmAuthFace final : public gen::xenmgr_vm_auth::Server {
public:
    VmAuthFace(xenmgr::Manager& manager, const Uuid& vm) : manager_{manager}, vm_{vm} {}

    boost::asio::awaitable<void> auth(bus::Caller caller) override;
    boost::asio::awaitable<bool> auth_required(bus::Caller caller) override;

private:
    xenmgr::Manager& manager_;
    Uuid vm_;
};

class VmPciFace final : public gen::xenmgr_vm_pci::Server {
public:
    VmPciFace(xenmgr::Manager& manager, const Uuid& vm) : manager_{manager}, vm_{vm} {}

    boost::asio::awaitable<void> add_pt_rule(std::string pciclass, std::string vendor_id, std::string device_id,
                                             bus::Caller caller) override;
    boost::asio::awaitable<void> add_pt_rule_bdf(std::string bdf, bus::Caller caller) override;
    boost::asio::awaitable<void> delete_pt_rule(std::string pciclass, std::string vendor_id, std::string device_id,
                                                bus::Caller caller) override;
    boost::asio::awaitable<void> delete_pt_rule_bdf(std::string bdf, bus::Caller caller) override;
    boost::asio::awaitable<std::vector<StringMap>> list_pt_pci_devices(bus::Caller caller) override;
    boost::asio::awaitable<std::vector<StringMap>> list_pt_rules(bus::Caller caller) override;

private:
    xenmgr::Manager& manager_;
    Uuid vm_;
};

class VmProductFace final : public gen::xenmgr_vm_product::Server {
public:
    VmProductFace(xenmgr::Manager& manager, const Uuid& vm) : manager_{manager}, vm_{vm} {}

    boost::asio::awaitable<std::string> get_ovf_env_xml(bus::Caller caller) override;
    boost::asio::awaitable<std::string> get_product_property(std::string property_id, bus::Caller caller) override;
    boost::asio::awaitable<std::vector<StringMap>> list_product_properties(bus::Caller caller) override;
    boost::asio::awaitable<void> set_product_property(std::string property_id, std::string value,
                                                      bus::Caller caller) override;

private:
    xenmgr::Manager& manager_;
    Uuid vm_;
};

}    // namespace xm::expose
