#pragma once
// What a monitor asks of a hypervisor about its one domain, and what it hears back. Two implementations: sim_engine
// (a simulated domain with a guest inside) and the real hypervisor's. Every operation may take long; destroy() ends
// whatever is in progress, which then fails with errors::operation_cancelled.

#include "base/uuid.hpp"
#include "model/guest_spec.hpp"
#include "model/monitor_facts.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace xm::xenvm {

enum class DomainPhase : std::uint8_t { building, paused, running, dead };

// The hypervisor's view of our domain, read now.
struct Domain {
    int domid = -1;
    int stubdomid = -1;
    DomainPhase phase = DomainPhase::building;
    bool ran = false;                                     // was unpaused at least once
    model::DownReason death = model::DownReason::none;    // phase dead: why
    int acpi = 0;                                         // S-state: 0 or 3
    bool booted = false;                                  // the guest has written to its boot sentinel
    model::PvDrivers drivers{};                           // what the guest has said of them
    std::int64_t memory_kib = 0;
    std::int64_t generation = 0;    // as given to create() or restore()
    model::GuestSpec spec;          // what it was created from, devices added since included
};

enum class DomainNews : std::uint8_t {
    died,                 // value: unused; read() tells why
    acpi_changed,         // value: the new S-state; 4 says that the guest hibernates and will die soon
    rtc_changed,          // value: new offset in seconds
    guest_told,           // value: unused; read() has what the guest has said of itself
    device_model_died,    // the domain still exists and is of no use
};

class DomainEvents {
public:
    virtual ~DomainEvents() = default;
    virtual void on_domain(DomainNews news, std::int64_t value) = 0;    // called from the loop
};

// Failures: errors::not_enough_memory, bad_sim_fault, hypervisor_refused, image_not_usable, no_domain, not_supported,
// no_such_disk, no_such_nic, duplicate_device, disk_mount_failed.
class Engine {
public:
    template <class T>
    using awaitable = boost::asio::awaitable<T>;

    virtual ~Engine() = default;

    virtual void listen(DomainEvents& events) = 0;
    virtual std::optional<Domain> read() = 0;    // nothing: there is no domain
    virtual void adopt() = 0;                    // events of the domain that read() finds flow from now on

    virtual awaitable<void> create(model::GuestSpec spec, std::int64_t generation) = 0;    // without devices, paused
    virtual awaitable<void> attach_devices() = 0;
    virtual awaitable<void> restore(std::string file, model::GuestSpec spec, std::int64_t generation) = 0;    // paused
    virtual awaitable<void> save(std::string file) = 0;    // the domain is paused afterwards
    virtual awaitable<void> pause() = 0;
    virtual awaitable<void> unpause() = 0;
    virtual awaitable<void> destroy() = 0;    // also a dead one; nothing if there is none

    // Requests to the guest: they return when it has been told, what follows is an event.
    virtual awaitable<void> ask_shutdown() = 0;
    virtual awaitable<void> ask_reboot() = 0;
    virtual awaitable<void> ask_sleep() = 0;
    virtual awaitable<void> ask_hibernate() = 0;
    virtual awaitable<void> wake() = 0;
    virtual awaitable<void> reset() = 0;    // forced: the domain dies with reason reboot

    // Devices of a domain that exists.
    virtual awaitable<void> add_disk(model::Disk disk) = 0;
    virtual awaitable<void> set_medium(std::string device, std::string path) = 0;    // empty path: ejected
    virtual awaitable<void> add_nic(model::Nic nic) = 0;
    virtual awaitable<void> change_nic(model::Nic nic) = 0;     // the one of the same id
    virtual awaitable<void> add_pci(std::string device) = 0;    // as in GuestSpec::pci
    virtual awaitable<void> set_memory_target(std::int64_t memory_kib) = 0;

    virtual std::string console() = 0;    // path of the terminal of its first console

    // What a guest's agent has told others than us, as if the guest had told it here.
    virtual awaitable<void> announce_drivers(model::PvDrivers drivers) = 0;

    // Moves the time of a simulated guest; not_supported by a real one.
    virtual awaitable<void> advance(std::chrono::milliseconds by) = 0;
    // The simulated guest does something on its own, now: halt, reboot, crash, sleep, wake, hibernate, rtc:<offset>,
    // pv-addons:<version>, pv-addons-removed.
    virtual awaitable<void> simulate(std::string event) = 0;
};

}    // namespace xm::xenvm
