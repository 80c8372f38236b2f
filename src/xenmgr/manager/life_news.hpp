#pragma once
// What happens in the lives of VMs, passed on: to clients as signals and new property values, into xenstore, and into
// the configuration where an event is to be remembered (the guest's clock offset).

#include "xenmgr/life/surroundings.hpp"
#include "xenmgr/manager/config_store.hpp"
#include "xenmgr/manager/listener.hpp"
#include "xenmgr/manager/vm_display.hpp"

#include <boost/asio/any_io_executor.hpp>

namespace xm::xenmgr {

class LifeNews final : public LifeListener {
public:
    LifeNews(boost::asio::any_io_executor executor, Listener& listener, Registry& registry, ConfigStore& store,
             VmDisplay& display)
        : executor_{std::move(executor)}, listener_{listener}, registry_{registry}, store_{store}, display_{display} {}

    void state_changed(const Uuid& uuid, model::VmState shown, int acpi) override;
    void acpi_changed(const Uuid& uuid, model::VmState shown, int acpi) override;
    void snapshot_state_set(const Uuid& uuid, model::SnapshotState state) override {
        display_.snapshot_state_set(uuid, state);
    }
    void domain_created(const Uuid& uuid) override;
    void came_up(const Uuid& uuid) override;
    void went_down(const Uuid& uuid, int domid, model::DownReason reason) override;
    void drivers_told(const Uuid& uuid, const model::PvDrivers& drivers) override;
    void deleted(const Uuid& uuid) override;
    void notified(const Uuid& uuid, const std::string& untrusted_message) override;

private:
    void remember_clock(const Uuid& uuid, std::string_view untrusted_offset);
    void remember(const Uuid& uuid, const char* what, ConfigStore::Decide decide);

    boost::asio::any_io_executor executor_;
    Listener& listener_;
    Registry& registry_;
    ConfigStore& store_;
    VmDisplay& display_;
};

}    // namespace xm::xenmgr
