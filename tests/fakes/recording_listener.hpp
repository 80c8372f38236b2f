#pragma once
// Remembers the manager's news as short lines: "state <uuid> running 0", "properties <uuid> memory name".

#include "xenmgr/manager/listener.hpp"

#include <string>
#include <vector>

namespace xm::fakes {

class RecordingListener final : public xenmgr::Listener {
public:
    std::vector<std::string> heard;

    void vm_created(const Uuid& vm) override { note("created", vm); }
    void vm_appeared(const Uuid& vm) override { note("appeared", vm); }
    void vm_deleted(const Uuid& vm) override { note("deleted", vm); }
    void vm_state_changed(const Uuid& vm, model::VmState state, int acpi_state) override {
        note("state", vm, std::string{model::shown_as(state)} + " " + std::to_string(acpi_state));
    }
    void vm_config_changed(const Uuid& vm) override { note("config", vm); }
    void vm_name_changed(const Uuid& vm) override { note("name", vm); }
    void vm_transfer_changed(const Uuid& vm) override { note("transfer", vm); }
    void vm_notified(const Uuid& vm, const std::string& message) override { note("notify", vm, message); }
    void vm_properties_changed(const Uuid& vm, std::span<const xenmgr::VmProperty> properties) override {
        std::string names;
        for (const auto property : properties)
            names += (names.empty() ? "" : " ") + std::string{xenmgr::vm_schema(property).name};
        note("properties", vm, names);
    }
    void device_added(const Uuid& vm, xenmgr::DeviceKind kind, int id) override { note("added", vm, device(kind, id)); }
    void device_removed(const Uuid& vm, xenmgr::DeviceKind kind, int id) override {
        note("removed", vm, device(kind, id));
    }
    void device_changed(const Uuid& vm, xenmgr::DeviceKind kind, int id, std::span<const std::size_t>) override {
        note("changed", vm, device(kind, id));
    }
    void config_changed() override { heard.emplace_back("host config"); }
    void language_changed() override { heard.emplace_back("language"); }

private:
    static std::string device(xenmgr::DeviceKind kind, int id) {
        return (kind == xenmgr::DeviceKind::disk ? "disk " : "nic ") + std::to_string(id);
    }
    void note(const std::string& what, const Uuid& vm, const std::string& more = "") {
        heard.push_back(what + " " + vm.text().substr(0, 8) + (more.empty() ? "" : " " + more));
    }
};

}    // namespace xm::fakes
