#pragma once
// What the life of VMs needs from its owner, and what it tells it. The manager implements both interfaces.

#include "model/guest_spec.hpp"
#include "model/monitor_facts.hpp"
#include "model/snapshot_state.hpp"
#include "xenmgr/life/settings.hpp"

#include <boost/asio/awaitable.hpp>

namespace xm::xenmgr {

// Where configuration comes from. Awaitable where an answer may come from outside (network daemon, database).
class Configuration {
public:
    template <class T = void>
    using awaitable = boost::asio::awaitable<T>;

    virtual ~Configuration() = default;

    // Must not wait and not fail for a VM that exists; called on every change of state.
    virtual LifeSettings settings(const Uuid& uuid) const = 0;
    virtual void set_hibernated(const Uuid& uuid, bool hibernated) = 0;

    // host_state, runlevel and the dependencies (deeper ones first; errors::dependency_cycle). Which of them run,
    // whether this VM runs, its missing disks and its settings are filled in by Lives.
    virtual awaitable<StartContext> start_context(Uuid uuid) = 0;

    // Passthrough, backends and running neighbours. suspend_image_exists and settings are filled in by Lives.
    virtual awaitable<BootContext> boot_context(Uuid uuid) = 0;

    virtual awaitable<model::GuestSpec> spec(Uuid uuid) = 0;                               // for a start now
    virtual std::vector<std::string> images_used_elsewhere(const Uuid& uuid) const = 0;    // paths of other VMs' disks
    virtual awaitable<void> erase(Uuid uuid) = 0;                                          // from the database
};

// What happens to VMs. Called in the order of events, from the loop; implementations must not wait and not throw, and
// may ask Lives about any VM.
class LifeListener {
public:
    virtual ~LifeListener() = default;

    // vm_state_changed. `shown` is never rebooted; acpi as property acpi-state.
    virtual void state_changed(const Uuid& uuid, model::VmState shown, int acpi) = 0;
    virtual void acpi_changed(const Uuid& uuid, model::VmState shown, int acpi) = 0;

    // A start is about to make a domain; what the guest is told of its snapshots. Of service VMs, and VMs with an
    // image.
    virtual void snapshot_state_set(const Uuid& uuid, model::SnapshotState state) = 0;
    // The domain exists and does not run yet: switcher information, firewall rules, permissions.
    virtual void domain_created(const Uuid& uuid) = 0;
    // A guest begins to run, or is found running after a restart of this process: USB, network daemon, hosts file.
    virtual void came_up(const Uuid& uuid) = 0;
    // The domain with this id (-1: it never got one) is gone: take back all of the above, remove temporary files.
    virtual void went_down(const Uuid& uuid, int domid, model::DownReason reason) = 0;
    // What a guest says of its drivers, also when it is found running after a restart of this process.
    virtual void drivers_told(const Uuid& uuid, const model::PvDrivers& drivers) = 0;
    // The end of a deletion; Lives does not know the VM any longer.
    virtual void deleted(const Uuid& uuid) = 0;

    // Messages of the monitor, as in the signal `notify`: "vm:state:running", "power-state:3", "rtc:<offset>",
    // "error:...". A rebooted domain is told as "vm:state:shutdown".
    virtual void notified(const Uuid& uuid, const std::string& untrusted_message) = 0;
};

}    // namespace xm::xenmgr
