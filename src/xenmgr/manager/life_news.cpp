#include "xenmgr/manager/life_news.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "xenmgr/config/vm_properties.hpp"
#include "xenmgr/life/background.hpp"

namespace xm::xenmgr {
namespace {

// What follows from the domain, not from the configuration.
constexpr VmProperty live_properties[] = {VmProperty::state, VmProperty::acpi_state, VmProperty::domid,
                                          VmProperty::stub_domid, VmProperty::memory_target};

}    // namespace

void LifeNews::state_changed(const Uuid& uuid, model::VmState shown, int acpi) {
    log::info("vm={} state={} acpi={}", uuid.text(), model::shown_as(shown), acpi);
    display_.state_changed(uuid, shown);
    listener_.vm_state_changed(uuid, shown, acpi);
    listener_.vm_properties_changed(uuid, live_properties);
}

void LifeNews::acpi_changed(const Uuid& uuid, model::VmState shown, int acpi) { state_changed(uuid, shown, acpi); }

void LifeNews::domain_created(const Uuid& uuid) {
    display_.domain_created(uuid);
    listener_.vm_properties_changed(uuid, live_properties);
}

void LifeNews::came_up(const Uuid& uuid) {
    display_.came_up(uuid);
    listener_.vm_properties_changed(uuid, live_properties);
}

void LifeNews::went_down(const Uuid& uuid, int domid, model::DownReason reason) {
    log::info("vm={} domid={} gone reason={}", uuid.text(), domid, model::word(reason));
    display_.went_down(uuid);
    listener_.vm_properties_changed(uuid, live_properties);
}

void LifeNews::deleted(const Uuid& uuid) {
    display_.deleted(uuid);
    listener_.vm_deleted(uuid);
}

void LifeNews::notified(const Uuid& uuid, const std::string& untrusted_message) {
    constexpr std::string_view clock = "rtc:";
    if (untrusted_message.starts_with(clock))
        remember_clock(uuid, std::string_view{untrusted_message}.substr(clock.size()));
    listener_.vm_notified(uuid, untrusted_message);
}

void LifeNews::remember_clock(const Uuid& uuid, std::string_view untrusted_offset) {
    const auto seconds = text::parse_number<std::int32_t>(untrusted_offset);
    if (!seconds) return;
    remember(uuid, "storing its clock offset", [value = std::to_string(*seconds)](const VmView& vm) {
        auto change = Change{}.write("time-offset", value);
        change.effects.config_changed = true;
        return VmChanges{{vm.uuid, std::move(change)}};
    });
}

void LifeNews::drivers_told(const Uuid& uuid, const model::PvDrivers& drivers) {
    remember(uuid, "storing what it says of its drivers", [drivers](const VmView& vm) {
        auto changes = plan_set(vm, VmProperty::pv_addons, drivers.said == model::PvAddons::installed);
        for (auto& change : plan_set(vm, VmProperty::pv_addons_version, drivers.version))
            changes.push_back(std::move(change));
        return changes;
    });
}

void LifeNews::remember(const Uuid& uuid, const char* what, ConfigStore::Decide decide) {
    if (!registry_.has(uuid)) return;
    in_background(executor_, store_.change(uuid, ConfigStore::Scope::one, std::move(decide)), what, uuid);
}

}    // namespace xm::xenmgr
