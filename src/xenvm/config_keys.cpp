#include "xenvm/config_keys.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "connect/xl/extra_keys.hpp"
#include "xenvm/config_devices.hpp"
#include "xenvm/config_display.hpp"
#include "xenvm/config_process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace xm::xenvm {
namespace {

using model::GuestSpec;
using model::VirtType;
using Setter = Complaint (*)(ConfigFile&, std::string_view);

using Target =
    std::variant<bool GuestSpec::*, int GuestSpec::*, std::string GuestSpec::*, std::optional<bool> GuestSpec::*,
                 std::optional<int> GuestSpec::*, std::optional<std::string> GuestSpec::*,
                 std::vector<std::string> GuestSpec::*, model::DeathAction GuestSpec::*, VirtType GuestSpec::*, Setter>;

// ---- values

Complaint store(bool& into, std::string_view value) {
    const auto flag = parse_flag(value);
    if (!flag) return "expected a boolean: true or false";
    into = *flag;
    return {};
}

Complaint store(int& into, std::string_view value) {
    const auto number = text::parse_number<int>(value);
    if (!number) return "expected a decimal number";
    into = *number;
    return {};
}

Complaint store(std::string& into, std::string_view value) {
    into = value;
    return {};
}

template <class T>
Complaint store(std::optional<T>& into, std::string_view value) {
    T parsed{};
    Complaint complaint = store(parsed, value);
    if (complaint.empty()) into = std::move(parsed);
    return complaint;
}

Complaint store(std::vector<std::string>& into, std::string_view value) {
    into.emplace_back(value);
    return {};
}

template <model::Worded E>
Complaint store(E& into, std::string_view value) {
    const auto word = model::parse_word<E>(value == "restart" ? "reboot" : value);
    if (!word) return fmt::format("expected one of {}", fmt::join(model::Words<E>::words, ", "));
    into = *word;
    return {};
}

Complaint set_hvm(ConfigFile& file, std::string_view value) {
    bool hvm = false;
    Complaint complaint = store(hvm, value);
    if (complaint.empty() && hvm != (file.spec.virt_type == VirtType::hvm))
        file.spec.virt_type = hvm ? VirtType::hvm : VirtType::pv;
    return complaint;
}

// A boolean, or a list of enlightenments, which the hypervisor's side knows.
Complaint set_viridian(ConfigFile& file, std::string_view value) {
    const auto on = parse_flag(value);
    file.spec.viridian = on ? (*on ? "1" : "0") : std::string{value};
    return {};
}

// ---- rows

struct Row {
    std::string_view key;
    Target target;
};

// clang-format off
constexpr Row rows[] = {
    // The process
    {"uuid",                &set_uuid},
    {"startup",             &set_startup},
    {"debug",               &set_debug},
    {"output",              &set_output},
    {"notify",              &add_notify},
    {"on_crash",            &GuestSpec::on_crash},
    {"on_halt",             &GuestSpec::on_halt},
    {"on_reboot",           &GuestSpec::on_reboot},
    {"on_restart",          &GuestSpec::on_reboot},
    // The machine
    {"name",                &GuestSpec::name},
    {"hvm",                 &set_hvm},
    {"type",                &GuestSpec::virt_type},
    {"kernel",              &GuestSpec::kernel},
    {"initrd",              &GuestSpec::ramdisk},
    {"cmdline",             &GuestSpec::cmdline},
    {"boot",                &GuestSpec::boot},
    {"bios",                &GuestSpec::bios},
    {"memory",              &GuestSpec::memory_mib},
    {"memory-max",          &GuestSpec::memory_max_mib},
    {"memory-min",          &GuestSpec::memory_min_mib},
    {"vcpus",               &GuestSpec::vcpus},
    {"cores-per-socket",    &GuestSpec::cores_per_socket},
    {"cpuid",               &GuestSpec::cpuid},
    {"pae",                 &GuestSpec::pae},
    {"acpi",                &GuestSpec::acpi},
    {"apic",                &GuestSpec::apic},
    {"nx",                  &GuestSpec::nx},
    {"hap",                 &GuestSpec::hap},
    {"hpet",                &GuestSpec::hpet},
    {"viridian",            &set_viridian},
    {"nested",              &GuestSpec::nestedhvm},
    {"timer-mode",          &GuestSpec::timer_mode},
    {"timeoffset",          &GuestSpec::time_offset},
    {"time-offset",         &GuestSpec::time_offset},
    {"flask-label",         &GuestSpec::seclabel},
    {"init-flask-label",    &GuestSpec::init_seclabel},
    // Devices
    {"disk",                &add_disk},
    {"hdtype",              &GuestSpec::hdtype},
    {"nic",                 &add_nic},
    {"vif",                 &add_nic},
    {"pci",                 &add_pci},
    {"passthrough-io",      &GuestSpec::ioports},
    {"passthrough-mmio",    &GuestSpec::iomem},
    {"serial",              &GuestSpec::serial},
    {"display",             &set_display},
    {"videoram",            &GuestSpec::videoram_mib},
    {"sound",               &GuestSpec::sound},
    {"usb",                 &GuestSpec::usb},
    {"vkbd",                &GuestSpec::vkb},
    // The device model
    {"qemu-dm-path",        &GuestSpec::device_model_override},
    {"extra-hvm",           &add_extra_hvm},
    {"stubdom",             &GuestSpec::stubdom},
    {"stubdom-memory",      &GuestSpec::stubdom_memory_mib},
    {"stubdom-cmdline",     &GuestSpec::stubdom_cmdline},
    {"stubdom-flask-label", &GuestSpec::stubdom_seclabel},
};

// Under another name a setting of the stock toolstack.
struct Renamed {
    std::string_view key;
    std::string_view stock;
};
constexpr Renamed renamed[] = {
    {"pci-msitranslate",     "pci_msitranslate"},
    {"pci-power-management", "pci_power_mgmt"},
    {"sim-fault",            "sim-fault"},    // for the simulated engine alone
};

// Settings that meant something to a device model or a hypervisor of former times. They are read and checked.
enum class Shape { flag, number, numbers, text };
struct Idle {
    std::string_view key;
    Shape shape;
};
constexpr Idle idle[] = {
    {"smbios-pt",           Shape::flag},
    {"smbios-oem-type-pt",  Shape::numbers},
    {"smbios-oem-types-pt", Shape::numbers},
    {"acpi-pt",             Shape::flag},
    {"diskinfo-pt",         Shape::flag},
    {"power-management",    Shape::number},
    {"oem-features",        Shape::number},
    {"inject-sci",          Shape::number},
    {"qemu-dm-timeout",     Shape::number},
    {"platform",            Shape::text},
    {"extra-maxmem",        Shape::number},
    {"no_mem_check",        Shape::flag},
    {"cdrom-pt",            Shape::flag},
    {"vsnd",                Shape::flag},
    {"vfb",                 Shape::text},
};
// clang-format on

Complaint check_idle(Shape shape, std::string_view value) {
    bool flag = false;
    int number = 0;
    if (shape == Shape::flag) return store(flag, value);
    if (shape == Shape::number) return store(number, value);
    if (shape == Shape::text) return {};
    for (const auto part : text::split(value, ','))
        if (!store(number, text::trim(part)).empty()) return "expected decimal numbers with commas";
    return {};
}

Complaint apply(const Row& row, ConfigFile& file, std::string_view value) try {
    return std::visit(
        [&](auto target) {
            if constexpr (std::is_same_v<decltype(target), Setter>)
                return target(file, value);
            else
                return store(file.spec.*target, value);
        },
        row.target);
} catch (const Failure& failure) {    // of a device's text
    return failure.object() + ": " + failure.cause();
}

template <class Table>
const auto* find_row(const Table& table, std::string_view key) {
    const auto row = std::find_if(std::begin(table), std::end(table), [key](const auto& r) { return r.key == key; });
    return row == std::end(table) ? nullptr : &*row;
}

Complaint hand_on(ConfigFile& file, std::string_view key, std::string_view value) {
    file.spec.extra.push_back(fmt::format("{}={}", key, value));
    return {};
}

// ---- values as text

std::string shown(bool value) { return value ? "true" : "false"; }
std::string shown(int value) { return std::to_string(value); }
std::string shown(const std::string& value) { return value; }
template <model::Worded E>
std::string shown(E value) {
    return std::string{model::word(value)};
}
template <class T>
std::string shown(const std::optional<T>& value) {
    return value ? shown(*value) : "";
}
std::string shown(const std::vector<std::string>& values) { return fmt::format("{}", fmt::join(values, "\n")); }

bool has_one_value(const Row& row) {
    return !std::holds_alternative<Setter>(row.target) &&
           !std::holds_alternative<std::vector<std::string> GuestSpec::*>(row.target);
}

}    // namespace

std::optional<bool> parse_flag(std::string_view text) {
    if (text == "y") return true;
    if (text == "n") return false;
    return text::parse_bool(text);
}

Complaint set_key(ConfigFile& file, std::string_view key, std::string_view value) {
    if (const Row* row = find_row(rows, key)) return apply(*row, file, value);
    if (const Renamed* row = find_row(renamed, key)) return hand_on(file, row->stock, value);
    if (std::ranges::find(connect::xl::extra_keys, key) != std::end(connect::xl::extra_keys))
        return hand_on(file, key, value);
    const Idle* row = find_row(idle, key);
    if (!row) return "unknown key";
    Complaint complaint = check_idle(row->shape, value);
    if (complaint.empty()) file.remarks.emplace_back("has no effect on this hypervisor");
    return complaint;
}

std::optional<std::string> value_of(const GuestSpec& spec, std::string_view key) {
    const Row* row = find_row(rows, key);
    if (!row || !has_one_value(*row)) return std::nullopt;
    return std::visit(
        [&](auto target) -> std::string {
            if constexpr (std::is_same_v<decltype(target), Setter>)
                return "";
            else
                return shown(spec.*target);
        },
        row->target);
}

std::string single_keys() {
    std::string keys;
    for (const Row& row : rows)
        if (has_one_value(row)) keys += (keys.empty() ? "" : ", ") + std::string{row.key};
    return keys;
}

}    // namespace xm::xenvm
