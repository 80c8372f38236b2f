#pragma once
// What the life of VMs asks of their configuration, answered from the registry.

#include "connect/db.hpp"
#include "connect/host_devices.hpp"
#include "xenmgr/config/guest_spec_build.hpp"
#include "xenmgr/life/surroundings.hpp"
#include "xenmgr/manager/config_store.hpp"
#include "xenmgr/manager/registry.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <string>
#include <vector>

namespace xm::xenmgr {

class LifeConfiguration final : public Configuration {
public:
    LifeConfiguration(boost::asio::any_io_executor executor, Registry& registry, ConfigStore& store,
                      connect::Database& database, const connect::HostDevices& devices, Listener& listener)
        : executor_{std::move(executor)},
          registry_{registry},
          store_{store},
          database_{database},
          devices_{devices},
          listener_{listener} {}

    LifeSettings settings(const Uuid& uuid) const override;
    void set_hibernated(const Uuid& uuid, bool hibernated) override;
    awaitable<StartContext> start_context(Uuid uuid) override;
    awaitable<BootContext> boot_context(Uuid uuid) override;
    awaitable<model::GuestSpec> spec(Uuid uuid) override;
    std::vector<std::string> images_used_elsewhere(const Uuid& uuid) const override;
    awaitable<void> erase(Uuid uuid) override;

private:
    std::vector<Neighbour> running_neighbours(const Uuid& uuid) const;
    awaitable<void> pass_whole_gpu(Uuid uuid);
    LaunchFacts launch_facts(const VmView& vm) const;
    PassedDevices passed_to(const ConfigTree& tree) const;

    boost::asio::any_io_executor executor_;
    Registry& registry_;
    ConfigStore& store_;
    connect::Database& database_;
    const connect::HostDevices& devices_;
    Listener& listener_;
};

}    // namespace xm::xenmgr
