#pragma once
// com.citrix.xenclient.xenmgr.vm and .vm.unrestricted of one VM: two faces of the same table of properties. The first
// asks the VM's own policy before it writes, the second does not.

#include "base/uuid.hpp"
#include "gen/xenmgr_vm_server.hpp"
#include "gen/xenmgr_vm_unrestricted_server.hpp"
#include "xenmgr/manager/manager.hpp"

#include <optional>

namespace xm::expose {

class VmFace final : public gen::xenmgr_vm::Server {
public:
    template <class T>
    using awaitable = boost::asio::awaitable<T>;
    using Property = gen::xenmgr_vm::Property;
    using Caller = bus::Caller;

    VmFace(xenmgr::Manager& manager, const Uuid& vm) : manager_{manager}, vm_{vm} {}

    void get(Property property, bus::Writer& into) const override;
    awaitable<void> set(Property property, bus::Variant value, Caller caller) override;

    // Life
    awaitable<void> start(Caller caller) override;
    awaitable<void> start_internal(Caller caller) override;
    awaitable<void> shutdown(Caller caller) override;
    awaitable<void> reboot(Caller caller) override;
    awaitable<void> pause(Caller caller) override;
    awaitable<void> unpause(Caller caller) override;
    awaitable<void> destroy(Caller caller) override;
    awaitable<void> sleep(Caller caller) override;
    awaitable<void> resume(Caller caller) override;
    awaitable<void> hibernate(Caller caller) override;
    awaitable<void> suspend_to_file(std::string file, Caller caller) override;
    awaitable<void> resume_from_file(std::string file, Caller caller) override;
    awaitable<void> delete_(Caller caller) override;
    awaitable<void> switch_to(Caller caller) override;

    // Devices
    awaitable<bus::ObjectPath> add_disk(Caller caller) override;
    awaitable<std::vector<bus::ObjectPath>> list_disks(Caller caller) override;
    awaitable<bus::ObjectPath> add_nic(Caller caller) override;
    awaitable<std::vector<bus::ObjectPath>> list_nics(Caller caller) override;

    // Rules
    awaitable<void> add_argo_firewall_rule(std::string rule, Caller caller) override;
    awaitable<void> delete_argo_firewall_rule(std::string rule, Caller caller) override;
    awaitable<StringList> list_argo_firewall_rules(Caller caller) override;
    awaitable<void> add_net_firewall_rule(std::int32_t id, std::string direction, std::string remoteip,
                                          std::string extra, Caller caller) override;
    awaitable<void> delete_net_firewall_rule(std::int32_t id, Caller caller) override;
    awaitable<std::vector<StringMap>> list_net_firewall_rules(Caller caller) override;

    // Others
    awaitable<bus::ObjectPath> create_child_service_vm(std::string child_template, Caller caller) override;
    awaitable<std::string> get_db_key(std::string key, Caller caller) override;
    awaitable<void> set_db_key(std::string key, std::string value, Caller caller) override;
    awaitable<std::string> get_domstore_key(std::string key, Caller caller) override;
    awaitable<void> set_domstore_key(std::string key, std::string value, Caller caller) override;
    awaitable<std::vector<std::uint8_t>> read_icon(Caller caller) override;

private:
    xenmgr::Manager& manager_;
    Uuid vm_;
    // Of the first property read. An object is made for one call, and one that reads properties does not wait.
    mutable std::optional<xenmgr::VmView> view_;
};

class VmUnrestrictedFace final : public gen::xenmgr_vm_unrestricted::Server {
public:
    using Property = gen::xenmgr_vm_unrestricted::Property;

    VmUnrestrictedFace(xenmgr::Manager& manager, const Uuid& vm) : manager_{manager}, vm_{vm} {}

    void get(Property property, bus::Writer& into) const override;
    boost::asio::awaitable<void> set(Property property, bus::Variant value, bus::Caller caller) override;

private:
    xenmgr::Manager& manager_;
    Uuid vm_;
};

}    // namespace xm::expose
