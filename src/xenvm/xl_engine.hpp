#pragma once
// The engine of a real hypervisor: one domain of Xen, through libxl. The domain is known by its uuid; what libxl does
// not keep (generation, spec) is noted beside it and goes with it.

#include "base/uuid.hpp"
#include "connect/wake_list.hpp"
#include "connect/xl/toolstack.hpp"
#include "xenvm/engine.hpp"
#include "xenvm/xl_nodes.hpp"
#include "xenvm/xl_note.hpp"
#include "xenvm/xl_power_events.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <filesystem>
#include <optional>

namespace xm::xenvm {

// Outlives every operation on it. Fails with errors::hypervisor_unavailable.
class XlEngine final : public Engine {
public:
    // The nodes outlive it. `device_model`: a path for the socket where the device model tells of the guest's sleep.
    XlEngine(boost::asio::any_io_executor executor, Uuid uuid, XlNodes& nodes, std::filesystem::path device_model);

    void listen(DomainEvents& events) override { events_ = &events; }
    std::optional<Domain> read() override;
    void adopt() override;

    awaitable<void> create(model::GuestSpec spec, std::int64_t generation) override;
    awaitable<void> attach_devices() override;    // libxl has attached them already
    awaitable<void> restore(std::string file, model::GuestSpec spec, std::int64_t generation) override;
    awaitable<void> save(std::string file) override;
    awaitable<void> pause() override;
    awaitable<void> unpause() override;
    awaitable<void> destroy() override;

    awaitable<void> ask_shutdown() override;
    awaitable<void> ask_reboot() override;
    awaitable<void> ask_sleep() override;
    awaitable<void> ask_hibernate() override;
    awaitable<void> wake() override;
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
    using Life = connect::xl::DomainLife;

    awaitable<void> exchange(const model::GuestSpec& spec, const model::Disk& before, const model::Disk& after);
    int existing() const;    // fails with errors::no_domain
    Life life();
    void require_none();
    awaitable<void> take(int domid);    // the domain is complete: note it, hear of its end
    void follow();
    void follow_emulated();
    void tell(DomainNews news, std::int64_t value = 0);
    void write_note();
    void on_event(int domid);
    void on_device_model_end();
    void on_power(int s_state);
    model::GuestSpec fitting() const;

    Uuid uuid_;
    std::string boot_id_;
    XlNodes& nodes_;
    std::filesystem::path power_socket_;
    connect::xl::Toolstack toolstack_;
    DomainEvents* events_ = nullptr;
    int domid_ = -1;      // of our complete domain
    int remains_ = -1;    // of a domain that was never completed
    XlNote note_;         // of the domain domid_
    std::int64_t memory_target_kib_ = 0;
    bool booted_ = false;
    model::PvDrivers drivers_{};
    int power_told_ = 0;    // S-state that was told last
    std::optional<PowerEvents> power_events_;
    bool destroying_ = false;
    connect::WakeList destroyed_;
};

}    // namespace xm::xenvm
