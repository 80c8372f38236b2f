#pragma once
// The engine without a hypervisor: a simulated domain with a guest that boots, answers and misbehaves as told. The
// real monitor, its protocol and its recovery run against it on any machine.

#include "base/uuid.hpp"
#include "connect/wake_list.hpp"
#include "xenvm/clock.hpp"
#include "xenvm/engine.hpp"
#include "xenvm/sim_store.hpp"

#include <memory>
#include <optional>

namespace xm::xenvm {

// `clock` outlives the engine; the engine outlives every operation on it.
class SimEngine final : public Engine {
public:
    SimEngine(Uuid uuid, SimStore store, Clock& clock);

    void listen(DomainEvents& events) override { events_ = &events; }
    std::optional<Domain> read() override;
    void adopt() override;

    awaitable<void> create(model::GuestSpec spec, std::int64_t generation) override;
    awaitable<void> attach_devices() override;
    awaitable<void> restore(std::string file, model::GuestSpec spec, std::int64_t generation) override;
    awaitable<void> save(std::string file) override;
    awaitable<void> pause() override;
    awaitable<void> unpause() override;
    awaitable<void> destroy() override;

    awaitable<void> ask_shutdown() override { return ask(GuestEvent::halted); }
    awaitable<void> ask_reboot() override { return ask(GuestEvent::rebooted); }
    awaitable<void> ask_sleep() override;
    awaitable<void> ask_hibernate() override;
    awaitable<void> wake() override { return ask(GuestEvent::woke); }
    awaitable<void> reset() override;

    awaitable<void> add_disk(model::Disk disk) override;
    awaitable<void> set_medium(std::string device, std::string path) override;
    awaitable<void> add_nic(model::Nic nic) override;
    awaitable<void> change_nic(model::Nic nic) override;
    awaitable<void> add_pci(std::string device) override;
    awaitable<void> set_memory_target(std::int64_t memory_kib) override;
    std::string console() override;
    awaitable<void> announce_drivers(model::PvDrivers drivers) override;
    awaitable<void> advance(std::chrono::milliseconds by) override;
    awaitable<void> simulate(std::string event) override;

private:
    SimDomain& existing();    // fails with errors::no_domain
    awaitable<void> ask(GuestEvent event);
    awaitable<void> take_time();
    awaitable<void> hang();
    void commit();      // saves and sets the alarm for what is due next
    void catch_up();    // lets everything that is due happen
    void tell(GuestEvent event);

    Uuid uuid_;
    SimStore store_;
    Clock& clock_;
    DomainEvents* events_ = nullptr;
    std::optional<SimDomain> sim_;    // same as the file; nobody else writes it
    std::unique_ptr<Alarm> alarm_;
    std::int64_t epoch_ = 0;    // counts destroys, so that an operation notices that its domain went
    connect::WakeList epoch_changed_;
};

}    // namespace xm::xenvm
