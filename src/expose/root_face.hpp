#pragma once
// com.citrix.xenclient.xenmgr and .unrestricted on "/": creating, finding and listing VMs.

#include "gen/xenmgr_server.hpp"
#include "gen/xenmgr_unrestricted_server.hpp"
#include "xenmgr/manager/manager.hpp"

namespace xm::expose {

class RootFace final : public gen::xenmgr::Server {
public:
    template <class T>
    using awaitable = boost::asio::awaitable<T>;
    using Path = bus::ObjectPath;
    using Caller = bus::Caller;

    explicit RootFace(xenmgr::Manager& manager) : manager_{manager} {}

    awaitable<std::string> create_vhd(std::int32_t size_mb, Caller caller) override;
    awaitable<Path> create_vm(Caller caller) override;
    awaitable<Path> create_vm_with_template(std::string vm_template, Caller caller) override;
    awaitable<Path> create_vm_with_template_and_json(std::string vm_template, std::string json, Caller caller) override;
    awaitable<Path> create_vm_with_template_and_uuid(std::string vm_template, std::string uuid, Caller caller) override;
    awaitable<Path> create_vm_with_ui(std::string vm_template, std::string name, std::string description,
                                      std::string image_path, Caller caller) override;
    awaitable<Path> find_vm_by_domid(std::int32_t domid, Caller caller) override;
    awaitable<Path> find_vm_by_uuid(std::string uuid, Caller caller) override;
    awaitable<std::vector<std::int32_t>> list_domids(Caller caller) override;
    awaitable<std::vector<Path>> list_vms(Caller caller) override;
    awaitable<StringList> list_templates(Caller caller) override;
    awaitable<StringList> list_child_service_vm_templates(Caller caller) override;
    awaitable<std::vector<StringMap>> list_ui_templates(Caller caller) override;
    awaitable<std::vector<StringMap>> list_extension_packs(Caller caller) override;

private:
    xenmgr::Manager& manager_;
};

class UnrestrictedRootFace final : public gen::xenmgr_unrestricted::Server {
public:
    explicit UnrestrictedRootFace(xenmgr::Manager& manager) : manager_{manager} {}

    boost::asio::awaitable<bus::ObjectPath> unrestricted_create_vm(bus::Caller caller) override;
    boost::asio::awaitable<bus::ObjectPath> unrestricted_create_vm_with_template_and_json(std::string vm_template,
                                                                                          std::string json,
                                                                                          bus::Caller caller) override;
    boost::asio::awaitable<void> unrestricted_delete_vm(std::string uuid, bus::Caller caller) override;

private:
    xenmgr::Manager& manager_;
};

}    // namespace xm::expose
