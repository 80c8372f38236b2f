#pragma once
// What a monitor does with libxl, in the words of the model. Every operation has its own limit. Failures:
// errors::hypervisor_refused (with libxl's reason), operation_cancelled (after abort()), not_enough_memory,
// image_not_usable, disk_mount_failed, hypervisor_unavailable, and bad_value from the mapping.

#include "base/uuid.hpp"
#include "model/guest_spec.hpp"
#include "model/monitor_facts.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace xm::connect::xl {

enum class DomainLife : std::uint8_t { paused, running, suspended, dead };    // suspended: saved or about to be

struct DomainInfo {
    DomainLife life = DomainLife::paused;
    model::DownReason death = model::DownReason::none;    // life dead: why
    bool ran = false;                                     // used a processor
};

// `shutdown_code`: SHUTDOWN_* of the hypervisor's interface, -1 unknown.
model::DownReason reason_of(int shutdown_code);

class Toolstack {
public:
    template <class T>
    using awaitable = boost::asio::awaitable<T>;

    // `on_event` hears from the loop that something happened to this domain; then look at info().
    Toolstack(boost::asio::any_io_executor executor, std::function<void(int domid)> on_event);
    ~Toolstack();

    std::optional<int> find(const Uuid& uuid);    // the domain of this uuid, a dying one not
    std::optional<DomainInfo> info(int domid);    // nothing: there is none, or it is being taken apart
    int stubdomid(int domid);                     // -1: none
    int acpi_state(int domid);                    // 0 or 3, of a domain with emulated firmware
    std::int64_t memory_target_kib(int domid);    // 0: not known
    bool hears_requests(int domid);               // an HVM guest: has drivers that follow what is asked of them
    void watch_death(int domid);                  // tells of one shutdown, that for a save included; of one domain

    // Both leave a paused domain, complete with its devices. After a failure there may be remains: destroy() what
    // find() finds.
    awaitable<int> create(const model::GuestSpec& spec);
    awaitable<int> restore(const model::GuestSpec& spec, int image);    // reads from the descriptor's position on

    awaitable<void> save(int domid, int image);    // leaves a suspended domain
    awaitable<void> resume(int domid);             // a suspended one, in place
    awaitable<void> pause(int domid);
    awaitable<void> unpause(int domid);
    awaitable<void> destroy(int domid);

    awaitable<void> ask_shutdown(int domid);    // a guest that does not listen gets the power button
    awaitable<void> ask_reboot(int domid);      // a guest that does not listen is reset
    awaitable<void> press_sleep(int domid);
    awaitable<void> wake(int domid);
    void reset(int domid);    // the domain dies at once, with reason reboot

    awaitable<void> add_disk(int domid, const model::GuestSpec& spec, const model::Disk& disk);
    awaitable<void> remove_disk(int domid, const model::GuestSpec& spec, const model::Disk& disk);
    awaitable<void> set_medium(int domid, const model::GuestSpec& spec, const model::Disk& drive);
    awaitable<void> add_nic(int domid, const model::GuestSpec& spec, const model::Nic& nic);
    awaitable<void> remove_nic(int domid, const model::GuestSpec& spec, const model::Nic& nic);
    awaitable<void> add_pci(int domid, const std::string& device);
    void set_memory_target(int domid, std::int64_t memory_kib);

    std::string console(int domid);    // path of the terminal of its first console

    // A text that lives as long as the domain. Empty: none.
    void keep_note(int domid, const std::string& text);
    std::string note(int domid);

    awaitable<void> abort();    // whatever is in progress; returns when it is over

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}    // namespace xm::connect::xl
