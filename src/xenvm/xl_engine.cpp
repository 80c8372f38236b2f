#include "xenvm/xl_engine.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "xenvm/attempt.hpp"
#include "xenvm/spec_devices.hpp"
#include "xenvm/xl_image.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace xm::xenvm {

using connect::xl::DomainLife;

namespace {

DomainPhase phase_of(DomainLife life) {
    switch (life) {
        case DomainLife::running:
            return DomainPhase::running;
        case DomainLife::paused:
        case DomainLife::suspended:    // goes on after unpause()
            return DomainPhase::paused;
        case DomainLife::dead:
            break;
    }
    return DomainPhase::dead;
}

// Configurations name the device model of the platform they were made for; where there is none, Xen's own does.
model::GuestSpec fit_to_host(model::GuestSpec spec) {
    const std::string& path = spec.device_model_override;
    if (path.empty() || ::access(path.c_str(), X_OK) == 0) return spec;
    log::warn("no device model path={}, taking the one of Xen", text::escaped(path));
    spec.device_model_override.clear();
    return spec;
}

}    // namespace

XlEngine::XlEngine(boost::asio::any_io_executor executor, Uuid uuid, XlNodes& nodes, std::filesystem::path device_model)
    : uuid_{uuid},
      boot_id_{boot_id_of_host()},
      nodes_{nodes},
      power_socket_{std::move(device_model)},
      toolstack_{executor, [this](int domid) { on_event(domid); }} {
    const auto domid = toolstack_.find(uuid_);
    if (!domid) return;
    const auto note = xl_note_from_text(toolstack_.note(*domid), boot_id_);
    (note ? domid_ : remains_) = *domid;
    if (!note) return;
    note_ = *note;
    memory_target_kib_ = toolstack_.memory_target_kib(domid_);
}

std::optional<Domain> XlEngine::read() {
    const bool complete = domid_ >= 0;
    const auto info = complete || remains_ >= 0 ? toolstack_.info(complete ? domid_ : remains_) : std::nullopt;
    if (!info) return std::nullopt;
    if (!complete) return Domain{.domid = remains_, .phase = DomainPhase::building, .spec = {}};
    Domain domain{.domid = domid_, .phase = phase_of(info->life), .spec = note_.spec};
    domain.ran = info->ran || note_.restored;
    domain.death = info->death;
    domain.memory_kib = memory_target_kib_;
    domain.generation = note_.generation;
    domain.booted = booted_;
    domain.drivers = drivers_;
    if (note_.spec.stubdom) domain.stubdomid = toolstack_.stubdomid(domid_);
    if (note_.spec.virt_type == model::VirtType::hvm) domain.acpi = toolstack_.acpi_state(domid_);
    return domain;
}

void XlEngine::adopt() {
    if (domid_ >= 0) follow();
}

void XlEngine::on_event(int domid) {
    if (!events_ || domid != domid_ || destroying_) return;
    const auto info = toolstack_.info(domid_);
    if (!info || info->life == Life::dead) events_->on_domain(DomainNews::died, 0);
}

int XlEngine::existing() const {
    if (domid_ < 0) fail(errors::no_domain, uuid_.text(), "there is no domain");
    return domid_;
}

XlEngine::Life XlEngine::life() {
    const auto info = toolstack_.info(existing());
    if (!info) fail(errors::no_domain, uuid_.text(), "domain {} is gone", domid_);
    return info->life;
}

void XlEngine::require_none() {
    if (const auto domid = toolstack_.find(uuid_))
        fail(errors::vm_already_created, uuid_.text(), "domain {} exists", *domid);
}

XlEngine::awaitable<void> XlEngine::take(int domid) {
    co_await nodes_.make(domid, note_.spec.stubdom ? toolstack_.stubdomid(domid) : -1, note_.spec);
    if (destroying_ || !toolstack_.info(domid))
        fail(errors::operation_cancelled, uuid_.text(), "domain {} was destroyed meanwhile", domid);
    domid_ = domid;
    memory_target_kib_ = toolstack_.memory_target_kib(domid_);
    write_note();
    follow();
}

void XlEngine::tell(DomainNews news, std::int64_t value) {
    if (events_) events_->on_domain(news, value);
}

void XlEngine::follow() {
    toolstack_.watch_death(domid_);
    booted_ = false;
    drivers_ = {};
    nodes_.follow_drivers(domid_, [this](const model::PvDrivers& drivers) {
        drivers_ = drivers;
        tell(DomainNews::guest_told);
    });
    if (!note_.spec.boot_sentinel.empty())
        nodes_.follow_sentinel(domid_, note_.spec.boot_sentinel, [this] {
            booted_ = true;
            tell(DomainNews::guest_told);
        });
    const bool emulated = note_.spec.virt_type == model::VirtType::hvm;
    if (emulated) follow_emulated();
    // Another guest has one if it reads an image for it.
    if (!emulated || !note_.spec.stubdom) nodes_.follow_device_model(domid_, [this] { on_device_model_end(); });
}

void XlEngine::follow_emulated() {
    power_told_ = toolstack_.acpi_state(domid_);
    const auto heard = [this](int s_state) { on_power(s_state); };
    nodes_.follow_power(domid_, heard);
    if (note_.spec.stubdom) return;
    const auto look = [this] { on_power(toolstack_.acpi_state(domid_)); };
    power_events_.emplace(nodes_.store().executor(), power_socket_, heard, look);
}

// Several may tell the same.
void XlEngine::on_power(int s_state) {
    if (std::exchange(power_told_, s_state) != s_state) tell(DomainNews::acpi_changed, s_state);
}

// It also ends by itself after a guest that has powered itself off.
void XlEngine::on_device_model_end() {
    if (!events_ || destroying_ || domid_ < 0) return;
    const auto info = toolstack_.info(domid_);
    const bool alive = info && info->life != Life::dead;
    events_->on_domain(alive ? DomainNews::device_model_died : DomainNews::died, 0);
}

void XlEngine::write_note() { toolstack_.keep_note(existing(), to_text(note_, boot_id_)); }

model::GuestSpec XlEngine::fitting() const {
    model::GuestSpec spec = fit_to_host(note_.spec);
    if (spec.virt_type != model::VirtType::hvm || spec.stubdom) return spec;
    for (std::string& argument : power_events_arguments(power_socket_))
        spec.device_model_args.push_back(std::move(argument));
    return spec;
}

// ---- life

XlEngine::awaitable<void> XlEngine::create(model::GuestSpec spec, std::int64_t generation) {
    require_none();
    note_ = {.generation = generation, .restored = false, .spec = std::move(spec)};
    const model::GuestSpec wanted = fitting();
    const int domid = co_await toolstack_.create(wanted);
    co_await take(domid);
}

XlEngine::awaitable<void> XlEngine::attach_devices() { co_return; }

XlEngine::awaitable<void> XlEngine::restore(std::string file, model::GuestSpec spec, std::int64_t generation) {
    require_none();
    OpenImage image = open_image(file);
    if (spec.uuid.empty()) spec = image.spec;
    keep_devices(spec, image.spec);
    spec.uuid = uuid_.text();
    note_ = {.generation = generation, .restored = true, .spec = std::move(spec)};
    const model::GuestSpec wanted = fitting();
    const int domid = co_await toolstack_.restore(wanted, image.fd.get());
    co_await take(domid);
}

// The guest takes part in being saved, so it must run.
XlEngine::awaitable<void> XlEngine::save(std::string file) {
    const bool paused = life() == Life::paused;
    NewImage image{std::move(file), note_.spec};
    if (paused) co_await toolstack_.unpause(existing());
    const std::exception_ptr failure = co_await attempt(toolstack_.save(existing(), image.fd()));
    if (!failure) co_return image.finish();
    std::exception_ptr also;
    if (paused) also = co_await attempt(pause());
    if (also) log::warn("not paused again after a save that failed domid={}", domid_);
    std::rethrow_exception(failure);
}

XlEngine::awaitable<void> XlEngine::pause() {
    if (life() == Life::running) co_await toolstack_.pause(existing());
}

XlEngine::awaitable<void> XlEngine::unpause() {
    const Life now = life();
    if (now == Life::paused) co_await toolstack_.unpause(existing());
    if (now != Life::suspended) co_return;
    co_await toolstack_.resume(existing());
    toolstack_.watch_death(existing());    // anew: that the guest went down to be saved has been told as its death
}

XlEngine::awaitable<void> XlEngine::destroy() {
    while (destroying_)
        co_await destroyed_.wait();
    destroying_ = true;
    nodes_.stop_following();
    power_events_.reset();
    co_await toolstack_.abort();
    const int before = std::max(std::exchange(domid_, -1), std::exchange(remains_, -1));
    const auto domid = toolstack_.find(uuid_);
    std::exception_ptr failure;
    if (domid) failure = co_await attempt(toolstack_.destroy(*domid));
    destroying_ = false;
    destroyed_.wake();
    std::error_code nothing_there;
    std::filesystem::remove(power_socket_, nothing_there);
    if (const int gone = domid.value_or(before); gone >= 0) nodes_.remove(gone);
    if (!failure || !toolstack_.find(uuid_)) co_return;
    remains_ = *domid;
    std::rethrow_exception(failure);
}

// ---- requests to the guest

XlEngine::awaitable<void> XlEngine::ask_shutdown() { co_await toolstack_.ask_shutdown(existing()); }

XlEngine::awaitable<void> XlEngine::ask_reboot() { co_await toolstack_.ask_reboot(existing()); }

XlEngine::awaitable<void> XlEngine::ask_sleep() {
    if (note_.spec.virt_type != model::VirtType::hvm)
        fail(errors::not_supported, uuid_.text(), "a guest without emulated hardware has no sleep button");
    co_await toolstack_.press_sleep(existing());
}

XlEngine::awaitable<void> XlEngine::ask_hibernate() {
    if (note_.spec.virt_type == model::VirtType::hvm && !toolstack_.hears_requests(existing()))
        fail(errors::not_supported, uuid_.text(), "the guest has no drivers that hear of it, and no button hibernates");
    co_await nodes_.ask_hibernate(existing());
}

XlEngine::awaitable<void> XlEngine::wake() {
    const bool asleep = note_.spec.virt_type == model::VirtType::hvm && toolstack_.acpi_state(existing()) == 3;
    if (asleep) co_await toolstack_.wake(existing());
}

XlEngine::awaitable<void> XlEngine::reset() {
    toolstack_.reset(existing());
    co_return;
}

// ---- devices

XlEngine::awaitable<void> XlEngine::add_disk(model::Disk disk) {
    model::GuestSpec spec = note_.spec;
    const model::Disk added = insert_disk(spec, std::move(disk));
    co_await toolstack_.add_disk(existing(), spec, added);
    insert_disk(note_.spec, added);
    write_note();
}

XlEngine::awaitable<void> XlEngine::set_medium(std::string device, std::string path) {
    const model::GuestSpec spec = note_.spec;
    const model::Disk before = find_cd_drive(note_.spec, device);
    model::Disk after = before;
    after.path = path;
    if (spec.virt_type == model::VirtType::hvm)
        co_await toolstack_.set_medium(existing(), spec, after);
    else
        co_await exchange(spec, before, after);
    find_cd_drive(note_.spec, device).path = std::move(path);
    write_note();
}

// Only emulated drives have a tray: another guest's drive comes and goes with its medium.
XlEngine::awaitable<void> XlEngine::exchange(const model::GuestSpec& spec, const model::Disk& before,
                                             const model::Disk& after) {
    if (!before.path.empty()) co_await toolstack_.remove_disk(existing(), spec, before);
    find_cd_drive(note_.spec, before.device).path.clear();
    if (!after.path.empty()) co_await toolstack_.add_disk(existing(), spec, after);
}

XlEngine::awaitable<void> XlEngine::add_nic(model::Nic nic) {
    model::GuestSpec spec = note_.spec;
    const model::Nic added = insert_nic(spec, std::move(nic));
    co_await toolstack_.add_nic(existing(), spec, added);
    insert_nic(note_.spec, added);
    write_note();
}

XlEngine::awaitable<void> XlEngine::change_nic(model::Nic nic) {
    model::GuestSpec spec = note_.spec;
    model::Nic& changed = find_nic(spec, nic.id);
    co_await toolstack_.remove_nic(existing(), spec, changed);
    changed = nic;
    co_await toolstack_.add_nic(existing(), spec, changed);
    find_nic(note_.spec, nic.id) = std::move(nic);
    write_note();
}

XlEngine::awaitable<void> XlEngine::add_pci(std::string device) {
    model::GuestSpec spec = note_.spec;
    insert_pci(spec, device);
    co_await toolstack_.add_pci(existing(), device);
    insert_pci(note_.spec, std::move(device));
    write_note();
}

XlEngine::awaitable<void> XlEngine::set_memory_target(std::int64_t memory_kib) {
    toolstack_.set_memory_target(existing(), memory_kib);
    memory_target_kib_ = memory_kib;
    co_return;
}

std::string XlEngine::console() {
    if (note_.spec.virt_type == model::VirtType::hvm && note_.spec.serial.value_or("").empty())
        fail(errors::not_supported, uuid_.text(), "it has no serial line; serial=pty gives it one");
    return toolstack_.console(existing());
}

XlEngine::awaitable<void> XlEngine::announce_drivers(model::PvDrivers drivers) {
    co_await nodes_.announce_drivers(existing(), std::move(drivers));
}

// ---- not of this world

XlEngine::awaitable<void> XlEngine::advance(std::chrono::milliseconds) {
    fail(errors::not_supported, uuid_.text(), "a real guest keeps its own time");
    co_return;
}

XlEngine::awaitable<void> XlEngine::simulate(std::string) {
    fail(errors::not_supported, uuid_.text(), "a real guest acts on its own");
    co_return;
}

}    // namespace xm::xenvm
