#include "xenvm/sim_engine.hpp"

#include "base/failure.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "xenvm/spec_devices.hpp"

#include <algorithm>
#include <system_error>

namespace xm::xenvm {
namespace {

SimDomain read_image(const std::string& file) try {
    return sim_domain_from_json(files::read(file));
} catch (const std::system_error& error) {
    fail(errors::image_not_usable, file, "{}", error.what());
} catch (const Failure& failure) {
    fail(errors::image_not_usable, file, "{}", failure.cause());
}

void write_image(const std::string& file, const SimDomain& sim) try {
    files::replace(file, to_json(sim), 0600);
} catch (const std::system_error& error) {
    fail(errors::image_not_usable, file, "{}", error.what());
}

struct GuestAct {
    std::string_view word;
    GuestEvent event;
};

constexpr GuestAct guest_acts[] = {
    {"halt", GuestEvent::halted}, {"reboot", GuestEvent::rebooted}, {"crash", GuestEvent::crashed},
    {"sleep", GuestEvent::slept}, {"wake", GuestEvent::woke},       {"hibernate", GuestEvent::hibernating},
};

GuestEvent guest_event(std::string_view word) {
    for (const GuestAct& act : guest_acts)
        if (act.word == word) return act.event;
    fail(errors::invalid_arguments, "event",
         "halt, reboot, crash, sleep, wake, hibernate, rtc:<offset>, pv-addons:<version> or pv-addons-removed is "
         "expected");
}

// What the guest says of its drivers, if the event is that.
std::optional<model::PvDrivers> drivers_in(std::string_view event) {
    constexpr std::string_view installed = "pv-addons:";
    if (event == "pv-addons-removed") return model::PvDrivers{.said = model::PvAddons::removed};
    if (!event.starts_with(installed)) return std::nullopt;
    const auto version = event.substr(installed.size());
    if (!model::is_driver_version(version))
        fail(errors::invalid_arguments, "event", "pv-addons:<four numbers with dots between> is expected");
    return model::PvDrivers{.said = model::PvAddons::installed, .version = std::string{version}};
}

}    // namespace

SimEngine::SimEngine(Uuid uuid, SimStore store, Clock& clock) : uuid_{uuid}, store_{std::move(store)}, clock_{clock} {
    sim_ = store_.load(uuid_);
}

std::optional<Domain> SimEngine::read() { return sim_ ? std::optional{sim_->domain} : std::nullopt; }

void SimEngine::adopt() {
    if (!sim_) return;
    clock_.advance(std::chrono::milliseconds{sim_->clock_offset_ms});
    commit();
}

SimDomain& SimEngine::existing() {
    if (!sim_) fail(errors::no_domain, uuid_.text(), "there is no domain");
    return *sim_;
}

SimEngine::awaitable<void> SimEngine::create(model::GuestSpec spec, std::int64_t generation) {
    if (sim_) fail(errors::vm_already_created, uuid_.text(), "domain {} exists", sim_->domain.domid);
    const SimFaults faults = parse_sim_faults(spec.extra);
    if (faults.no_memory) fail(errors::not_enough_memory, uuid_.text(), "the simulated host is told to have none");

    SimDomain sim;
    sim.domain.memory_kib = std::int64_t{spec.memory_mib} * 1024;
    sim.domain.generation = generation;
    sim.domain.spec = std::move(spec);
    store_.admit(uuid_, sim);
    sim_ = std::move(sim);
    co_await take_time();
}

SimEngine::awaitable<void> SimEngine::attach_devices() {
    if (parse_sim_faults(existing().domain.spec.extra).hang_start) co_await hang();
    co_await take_time();
    existing().domain.phase = DomainPhase::paused;
    commit();
}

SimEngine::awaitable<void> SimEngine::restore(std::string file, model::GuestSpec spec, std::int64_t generation) {
    if (sim_) fail(errors::vm_already_created, uuid_.text(), "domain {} exists", sim_->domain.domid);
    SimDomain sim = read_image(file);
    if (spec.uuid.empty()) spec = sim.domain.spec;
    keep_devices(spec, sim.domain.spec);
    sim.domain.spec = std::move(spec);
    parse_sim_faults(sim.domain.spec.extra);
    sim.domain.generation = generation;
    sim.domain.booted = false;    // it is another domain, to which the guest has said nothing
    sim.domain.drivers = {};
    store_.admit(uuid_, sim);
    sim_ = std::move(sim);
    co_await take_time();
}

SimEngine::awaitable<void> SimEngine::save(std::string file) {
    xenvm::pause(existing(), clock_.now_ms());
    commit();
    co_await take_time();
    write_image(file, existing());
}

SimEngine::awaitable<void> SimEngine::pause() {
    co_await take_time();
    xenvm::pause(existing(), clock_.now_ms());
    commit();
}

SimEngine::awaitable<void> SimEngine::unpause() {
    co_await take_time();
    xenvm::unpause(existing(), clock_.now_ms());
    commit();
}

SimEngine::awaitable<void> SimEngine::destroy() {
    ++epoch_;
    epoch_changed_.wake();
    alarm_.reset();
    sim_.reset();
    store_.remove(uuid_);
    co_return;
}

SimEngine::awaitable<void> SimEngine::ask(GuestEvent event) {
    existing();
    co_await take_time();
    if (xenvm::ask(existing(), event, clock_.now_ms())) commit();
}

SimEngine::awaitable<void> SimEngine::ask_sleep() {
    if (existing().domain.spec.virt_type != model::VirtType::hvm)
        fail(errors::not_supported, uuid_.text(), "a guest without emulated hardware has no sleep button");
    co_await ask(GuestEvent::slept);
}

SimEngine::awaitable<void> SimEngine::ask_hibernate() {
    if (parse_sim_faults(existing().domain.spec.extra).no_drivers)
        fail(errors::not_supported, uuid_.text(), "the guest has no drivers that hear of it, and no button hibernates");
    co_await ask(GuestEvent::hibernating);
}

SimEngine::awaitable<void> SimEngine::reset() {
    existing().domain.phase = DomainPhase::running;
    existing().pending = {{clock_.now_ms(), GuestEvent::rebooted}};
    commit();
    co_return;
}

SimEngine::awaitable<void> SimEngine::add_disk(model::Disk disk) {
    insert_disk(existing().domain.spec, std::move(disk));
    commit();
    co_return;
}

SimEngine::awaitable<void> SimEngine::set_medium(std::string device, std::string path) {
    find_cd_drive(existing().domain.spec, device).path = std::move(path);
    commit();
    co_return;
}

SimEngine::awaitable<void> SimEngine::add_nic(model::Nic nic) {
    insert_nic(existing().domain.spec, std::move(nic));
    commit();
    co_return;
}

SimEngine::awaitable<void> SimEngine::change_nic(model::Nic nic) {
    find_nic(existing().domain.spec, nic.id) = std::move(nic);
    commit();
    co_return;
}

SimEngine::awaitable<void> SimEngine::add_pci(std::string device) {
    insert_pci(existing().domain.spec, std::move(device));
    commit();
    co_return;
}

SimEngine::awaitable<void> SimEngine::set_memory_target(std::int64_t memory_kib) {
    const model::GuestSpec& spec = existing().domain.spec;
    const std::int64_t most_kib = std::int64_t{std::max(spec.memory_mib, spec.memory_max_mib)} * 1024;
    if (memory_kib > most_kib)
        fail(errors::hypervisor_refused, uuid_.text(), "memory target: {} KiB; it has at most {}", memory_kib,
             most_kib);
    existing().domain.memory_kib = memory_kib;
    commit();
    co_return;
}

std::string SimEngine::console() { fail(errors::not_supported, uuid_.text(), "a simulated guest has no console"); }

SimEngine::awaitable<void> SimEngine::announce_drivers(model::PvDrivers drivers) {
    existing().domain.drivers = std::move(drivers);
    commit();
    if (events_) events_->on_domain(DomainNews::guest_told, 0);
    co_return;
}

SimEngine::awaitable<void> SimEngine::advance(std::chrono::milliseconds by) {
    if (sim_) sim_->clock_offset_ms += by.count();
    clock_.advance(by);
    catch_up();
    co_return;
}

SimEngine::awaitable<void> SimEngine::simulate(std::string event) {
    if (event.starts_with("rtc:")) {
        const auto offset = text::parse_number<int>(std::string_view{event}.substr(4));
        if (!offset) fail(errors::invalid_arguments, "event", "rtc:<offset in seconds> is expected");
        existing().domain.spec.time_offset = offset;
        commit();
        if (events_) events_->on_domain(DomainNews::rtc_changed, *offset);
        co_return;
    }
    if (existing().domain.phase != DomainPhase::running)
        fail(errors::vm_bad_state, uuid_.text(), "the guest does not run");
    if (const auto drivers = drivers_in(event)) co_return co_await announce_drivers(*drivers);
    SimDomain& sim = existing();
    sim.pending.insert(sim.pending.begin(), {clock_.now_ms(), guest_event(event)});
    catch_up();
}

SimEngine::awaitable<void> SimEngine::take_time() {
    const auto slow = sim_ ? parse_sim_faults(sim_->domain.spec.extra).slow : std::nullopt;
    if (!slow) co_return;
    const std::int64_t epoch = epoch_;
    bool over = false;
    const auto alarm = clock_.set_alarm(clock_.now_ms() + slow->count(), [&] {
        over = true;
        epoch_changed_.wake();
    });
    while (!over && epoch == epoch_)
        co_await epoch_changed_.wait();
    if (epoch != epoch_) fail(errors::operation_cancelled, uuid_.text(), "the domain was destroyed meanwhile");
}

SimEngine::awaitable<void> SimEngine::hang() {
    const std::int64_t epoch = epoch_;
    while (epoch == epoch_)
        co_await epoch_changed_.wait();
    fail(errors::operation_cancelled, uuid_.text(), "the domain was destroyed while it was being created");
}

void SimEngine::commit() {
    store_.save(uuid_, *sim_);
    const auto due = next_due_ms(*sim_);
    alarm_ = due ? clock_.set_alarm(*due, [this] { catch_up(); }) : nullptr;
}

void SimEngine::catch_up() {
    while (sim_) {
        const auto event = step(*sim_, clock_.now_ms());
        if (!event) break;
        store_.save(uuid_, *sim_);
        tell(*event);    // may end or change the domain
    }
    if (sim_) commit();
}

void SimEngine::tell(GuestEvent event) {
    if (!events_) return;
    const bool death_is_lost = parse_sim_faults(sim_->domain.spec.extra).lose_event;
    switch (event) {
        case GuestEvent::booted:
            if (sim_->domain.booted) events_->on_domain(DomainNews::guest_told, 0);
            return;
        case GuestEvent::halted:
        case GuestEvent::rebooted:
        case GuestEvent::crashed:
            if (!death_is_lost) events_->on_domain(DomainNews::died, 0);
            return;
        case GuestEvent::slept:
            return events_->on_domain(DomainNews::acpi_changed, 3);
        case GuestEvent::woke:
            return events_->on_domain(DomainNews::acpi_changed, 0);
        case GuestEvent::hibernating:
            return events_->on_domain(DomainNews::acpi_changed, 4);
        case GuestEvent::device_model_died:
            return events_->on_domain(DomainNews::device_model_died, 0);
    }
}

}    // namespace xm::xenvm
