#include "xenvm/config_file.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "xenvm/device_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace xm::xenvm {
namespace {

using model::GuestSpec;
using Complaint = std::string;    // empty: fine
using Setter = Complaint (*)(ConfigFile&, std::string_view);

using Target =
    std::variant<bool GuestSpec::*, int GuestSpec::*, std::string GuestSpec::*, std::optional<bool> GuestSpec::*,
                 std::optional<int> GuestSpec::*, std::optional<std::string> GuestSpec::*,
                 std::vector<std::string> GuestSpec::*, model::DeathAction GuestSpec::*, Setter>;

std::optional<bool> parse_flag(std::string_view text) {
    if (text == "y") return true;
    if (text == "n") return false;
    return text::parse_bool(text);
}

Complaint set_uuid(ConfigFile& file, std::string_view value) {
    const auto uuid = Uuid::parse(value);
    if (!uuid) return "expected a uuid";
    file.spec.uuid = uuid->text();
    return {};
}

Complaint set_hvm(ConfigFile& file, std::string_view value) {
    const auto hvm = parse_flag(value);
    if (!hvm) return "expected a boolean";
    file.spec.virt_type = *hvm ? model::VirtType::hvm : model::VirtType::pv;
    return {};
}

Complaint set_viridian(ConfigFile& file, std::string_view value) {
    const auto on = parse_flag(value);
    if (!on) return "expected a boolean";
    file.spec.viridian = *on ? "1" : "0";
    return {};
}

Complaint set_debug(ConfigFile& file, std::string_view value) {
    const auto on = parse_flag(value);
    if (!on) return "expected a boolean";
    file.debug = *on;
    return {};
}

Complaint set_output(ConfigFile& file, std::string_view value) {
    file.debug_file = value;
    return {};
}

Complaint set_notify(ConfigFile& file, std::string_view value) {
    if (value != "dbus" && value != "none") return "expected dbus or none";
    file.notify_on_bus = value == "dbus";
    return {};
}

Complaint set_startup(ConfigFile& file, std::string_view value) {
    const std::size_t blank = value.find_first_of(" \t");
    const std::string_view word = value.substr(0, blank);
    const std::string_view rest = blank == value.npos ? std::string_view{} : text::trim(value.substr(blank));
    file.remove_restore_file = word == "restore-del";
    file.restore_file = rest;
    if (word == "started" || word == "start")
        file.startup = Startup::started;
    else if (word == "paused")
        file.startup = Startup::paused;
    else if (word == "shutdown" || word == "poweroff")
        file.startup = Startup::shutdown;
    else if ((word == "restore" || word == "restore-del") && !rest.empty())
        file.startup = Startup::restore;
    else
        return "expected started, paused, shutdown, restore <file> or restore-del <file>";
    return {};
}

Complaint add_disk(ConfigFile& file, std::string_view value) {
    model::Disk disk = parse_disk(value);
    const auto same = [&](const model::Disk& other) { return other.device == disk.device; };
    if (std::any_of(file.spec.disks.begin(), file.spec.disks.end(), same)) return disk.device + " is used twice";
    disk.id = static_cast<int>(file.spec.disks.size());
    file.spec.disks.push_back(std::move(disk));
    return {};
}

Complaint add_nic(ConfigFile& file, std::string_view value) {
    model::Nic nic = parse_nic(value);
    const auto taken = [&](int id) {
        return std::any_of(file.spec.nics.begin(), file.spec.nics.end(),
                           [id](const model::Nic& n) { return n.id == id; });
    };
    if (nic.id >= 0 && taken(nic.id)) return fmt::format("id {} is used twice", nic.id);
    if (nic.id < 0)
        for (nic.id = 0; taken(nic.id);)
            ++nic.id;
    if (nic.id > 31) return "more than 32 network cards";
    file.spec.nics.push_back(std::move(nic));
    return {};
}

// devid[,bind],domain:bus:device.function[,k=v...]: the part with two colons and a dot is the address.
Complaint add_pci(ConfigFile& file, std::string_view value) {
    for (const std::string_view part : text::split(value, ',')) {
        const std::string_view address = text::trim(part);
        const bool shaped = std::count(address.begin(), address.end(), ':') == 2 && address.find('.') != address.npos;
        if (!shaped || address.find_first_not_of("0123456789abcdefABCDEF:.") != address.npos) continue;
        file.spec.pci.emplace_back(address);
        return {};
    }
    return "expected devid,domain:bus:device.function";
}

Complaint set_display(ConfigFile& file, std::string_view value) {
    const std::string_view protocol = value.substr(0, value.find(':'));
    constexpr std::string_view known[] = {"none", "vnc", "sdl", "intel"};
    if (std::find(std::begin(known), std::end(known), protocol) == std::end(known))
        return "expected none, vnc, sdl or intel";
    file.spec.nographic = protocol == "none";
    file.spec.vga = protocol == "none" ? "none" : "stdvga";
    file.spec.display = protocol == "none" ? "" : std::string{value};
    return {};
}

Complaint add_extra_hvm(ConfigFile& file, std::string_view value) {
    const std::size_t equals = value.find('=');
    file.spec.device_model_args.push_back("-" + std::string{text::trim(value.substr(0, equals))});
    if (equals != value.npos) file.spec.device_model_args.emplace_back(text::trim(value.substr(equals + 1)));
    return {};
}

struct Row {
    std::string_view key;
    Target target;
};

// clang-format off
constexpr Row rows[] = {
    {"uuid",              &set_uuid},
    {"name",              &GuestSpec::name},
    {"hvm",               &set_hvm},
    {"startup",           &set_startup},
    {"debug",             &set_debug},
    {"output",            &set_output},
    {"notify",            &set_notify},
    {"on_crash",          &GuestSpec::on_crash},
    {"on_halt",           &GuestSpec::on_halt},
    {"on_reboot",         &GuestSpec::on_reboot},
    {"on_restart",        &GuestSpec::on_reboot},
    {"kernel",            &GuestSpec::kernel},
    {"initrd",            &GuestSpec::ramdisk},
    {"cmdline",           &GuestSpec::cmdline},
    {"memory",            &GuestSpec::memory_mib},
    {"memory-max",        &GuestSpec::memory_max_mib},
    {"memory-min",        &GuestSpec::memory_min_mib},
    {"vcpus",             &GuestSpec::vcpus},
    {"cores-per-socket",  &GuestSpec::cores_per_socket},
    {"cpuid",             &GuestSpec::cpuid},
    {"disk",              &add_disk},
    {"nic",               &add_nic},
    {"vif",               &add_nic},
    {"pci",               &add_pci},
    {"serial",            &GuestSpec::serial},
    {"display",           &set_display},
    {"videoram",          &GuestSpec::videoram_mib},
    {"sound",             &GuestSpec::sound},
    {"usb",               &GuestSpec::usb},
    {"vkbd",              &GuestSpec::vkb},
    {"boot",              &GuestSpec::boot},
    {"pae",               &GuestSpec::pae},
    {"acpi",              &GuestSpec::acpi},
    {"apic",              &GuestSpec::apic},
    {"nx",                &GuestSpec::nx},
    {"hap",               &GuestSpec::hap},
    {"hpet",              &GuestSpec::hpet},
    {"viridian",          &set_viridian},
    {"nested",            &GuestSpec::nestedhvm},
    {"timer-mode",        &GuestSpec::timer_mode},
    {"timeoffset",        &GuestSpec::time_offset},
    {"time-offset",       &GuestSpec::time_offset},
    {"flask-label",       &GuestSpec::seclabel},
    {"stubdom",           &GuestSpec::stubdom},
    {"stubdom-memory",    &GuestSpec::stubdom_memory_mib},
    {"stubdom-cmdline",   &GuestSpec::stubdom_cmdline},
    {"qemu-dm-path",      &GuestSpec::device_model_override},
    {"passthrough-io",    &GuestSpec::ioports},
    {"passthrough-mmio",  &GuestSpec::iomem},
    {"extra-hvm",         &add_extra_hvm},
};

// Settings that only some hypervisor backend knows: handed to it as they are.
constexpr std::string_view handed_on[] = {
    "sim-fault", "smbios-pt", "smbios-oem-type-pt", "smbios-oem-types-pt", "acpi-pt", "diskinfo-pt", "power-management",
    "oem-features", "pci-msitranslate", "pci-power-management", "inject-sci", "qemu-dm-timeout", "platform", "extra-maxmem",
    "no_mem_check", "cdrom-pt", "vsnd", "vfb",
};
// clang-format on

Complaint store(bool& into, std::string_view value) {
    const auto flag = parse_flag(value);
    if (!flag) return "expected a boolean";
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
    const Complaint complaint = store(parsed, value);
    if (complaint.empty()) into = std::move(parsed);
    return complaint;
}

Complaint store(std::vector<std::string>& into, std::string_view value) {
    into.emplace_back(value);
    return {};
}

Complaint store(model::DeathAction& into, std::string_view value) {
    const auto action = model::parse_word<model::DeathAction>(value == "restart" ? "reboot" : value);
    if (!action) return "expected preserve, reboot or destroy";
    into = *action;
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

Complaint set(ConfigFile& file, std::string_view key, std::string_view value) {
    const auto row = std::find_if(std::begin(rows), std::end(rows), [key](const Row& r) { return r.key == key; });
    if (row != std::end(rows)) return apply(*row, file, value);
    if (std::find(std::begin(handed_on), std::end(handed_on), key) == std::end(handed_on)) return "unknown key";
    file.spec.extra.push_back(fmt::format("{}={}", key, value));
    return {};
}

void check_whole(ParsedConfig& parsed) {
    const GuestSpec& spec = parsed.config.spec;
    if (spec.memory_mib <= 0) parsed.problems.push_back({0, "memory is missing or not positive"});
    if (spec.vcpus <= 0) parsed.problems.push_back({0, "vcpus is not positive"});
    if (spec.virt_type != model::VirtType::hvm && spec.kernel.empty())
        parsed.problems.push_back({0, "kernel is missing, only an hvm machine boots without one"});
}

}    // namespace

ParsedConfig parse_config(std::string_view untrusted_text) {
    ParsedConfig parsed;
    parsed.config.spec.on_reboot = model::DeathAction::reboot;
    int line_number = 0;
    for (const std::string_view raw : text::split(untrusted_text, '\n')) {
        ++line_number;
        const std::string_view line = text::trim(raw);
        const std::size_t equals = line.find('=');
        if (line.starts_with('#') || equals == line.npos) continue;
        const std::string_view key = text::trim(line.substr(0, equals));
        const std::string_view value = text::trim(line.substr(equals + 1));
        const Complaint complaint = value.find('\0') == value.npos ? set(parsed.config, key, value) : "contains NUL";
        if (!complaint.empty()) parsed.problems.push_back({line_number, text::escaped(key, 40) + ": " + complaint});
    }
    check_whole(parsed);
    return parsed;
}

}    // namespace xm::xenvm
