#pragma once
// News of the manager as D-Bus signals: those of com.citrix.xenclient.xenmgr on "/", PropertiesChanged of the object
// concerned on every face that shows the property, InterfacesAdded and InterfacesRemoved.

#include "bus/service.hpp"
#include "xenmgr/manager/listener.hpp"

namespace xm::expose {

class Announcer final : public xenmgr::Listener {
public:
    struct Families {
        const bus::Family& vms;
        const bus::Family& disks;
        const bus::Family& nics;
    };

    explicit Announcer(bus::Connection& connection) : connection_{connection} {}

    // Silent until then: while the manager loads, nobody can have seen anything that changed.
    void speak_through(bus::Service& service, Families families);

    void vm_created(const Uuid& vm) override;
    void vm_appeared(const Uuid& vm) override;
    void vm_deleted(const Uuid& vm) override;
    void vm_state_changed(const Uuid& vm, model::VmState state, int acpi_state) override;
    void vm_config_changed(const Uuid& vm) override;
    void vm_name_changed(const Uuid& vm) override;
    void vm_transfer_changed(const Uuid& vm) override;
    void vm_notified(const Uuid& vm, const std::string& message) override;
    void vm_properties_changed(const Uuid& vm, std::span<const xenmgr::VmProperty> properties) override;
    void device_added(const Uuid& vm, xenmgr::DeviceKind kind, int id) override;
    void device_removed(const Uuid& vm, xenmgr::DeviceKind kind, int id) override;
    void device_changed(const Uuid& vm, xenmgr::DeviceKind kind, int id,
                        std::span<const std::size_t> properties) override;
    void config_changed() override;
    void language_changed() override;

    void gather_requested(const std::string& mode);
    void attention_requested(const Uuid& vm);

private:
    struct Voice {
        bus::Service& service;
        Families families;
    };

    bus::Connection& connection_;
    std::optional<Voice> voice_;
};

}    // namespace xm::expose
