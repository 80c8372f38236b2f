#pragma once
// News of the manager, told to whoever shows it to the outside. The domain owns this interface; expose implements it,
// so deciding code never learns that a message bus exists. Calls come from the loop and must not call back.

#include "base/uuid.hpp"
#include "model/vm_state.hpp"
#include "xenmgr/config/vm_rows.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace xm::xenmgr {

enum class DeviceKind : std::uint8_t { disk, nic };

class Listener {
public:
    virtual ~Listener() = default;

    virtual void vm_created(const Uuid& vm) = 0;     // configured, visible, post-create hook done
    virtual void vm_appeared(const Uuid& vm) = 0;    // its objects exist from now on
    virtual void vm_deleted(const Uuid& vm) = 0;

    virtual void vm_state_changed(const Uuid& vm, model::VmState state, int acpi_state) = 0;
    virtual void vm_config_changed(const Uuid& vm) = 0;    // at most every half second for each VM
    virtual void vm_name_changed(const Uuid& vm) = 0;
    virtual void vm_transfer_changed(const Uuid& vm) = 0;
    virtual void vm_notified(const Uuid& vm, const std::string& message) = 0;

    virtual void vm_properties_changed(const Uuid& vm, std::span<const VmProperty> properties) = 0;

    virtual void device_added(const Uuid& vm, DeviceKind kind, int id) = 0;
    virtual void device_removed(const Uuid& vm, DeviceKind kind, int id) = 0;
    // properties: positions in the device's interface
    virtual void device_changed(const Uuid& vm, DeviceKind kind, int id, std::span<const std::size_t> properties) = 0;

    virtual void config_changed() = 0;
    virtual void language_changed() = 0;
};

}    // namespace xm::xenmgr
