// Raw lines of configuration, "tsc_mode=native": settings of the stock toolstack that a GuestSpec has no member for, by
// their names in xl.cfg(5). docs/LIBXL.md repeats this table for its readers.

#include "base/text.hpp"
#include "connect/xl/blocks.hpp"
#include "connect/xl/extra_keys.hpp"
#include "connect/xl/fields.hpp"

#include <algorithm>
#include <limits>
#include <variant>

namespace xm::connect::xl {
namespace {

using Config = libxl_domain_config;
using Build = libxl_domain_build_info;

// Where a setting lives, by the kind of its value.
using Flag = libxl_defbool& (*)(Config&);
using Text = char*& (*)(Config&);
using Number = std::uint32_t& (*)(Config&);
using Whole = int& (*)(Config&);
using Mebibytes = std::uint64_t& (*)(Config&);    // libxl counts KiB
using EachPci = bool libxl_device_pci::*;
struct Choice {
    const Words* words;
    void (*set)(Config&, int);
};

struct Setting {
    std::string_view key;
    libxl_domain_type only_for;    // invalid: for all
    std::variant<Flag, Text, Number, Whole, Mebibytes, Choice, EachPci> place;
};

constexpr auto any = LIBXL_DOMAIN_TYPE_INVALID;
constexpr auto pv = LIBXL_DOMAIN_TYPE_PV;
constexpr auto pvh = LIBXL_DOMAIN_TYPE_PVH;
constexpr auto hvm = LIBXL_DOMAIN_TYPE_HVM;

// clang-format off
constexpr Setting settings[] = {
    // The hypervisor's treatment of the domain
    {"tsc_mode",            any, Choice{libxl_tsc_mode_string_table,
                                        [](Config& c, int v) { c.b_info.tsc_mode = static_cast<libxl_tsc_mode>(v); }}},
    {"nomigrate",           any, Flag{[](Config& c) -> auto& { return c.b_info.disable_migrate; }}},
    {"localtime",           any, Flag{[](Config& c) -> auto& { return c.b_info.localtime; }}},
    {"driver_domain",       any, Flag{[](Config& c) -> auto& { return c.c_info.driver_domain; }}},
    {"claim_mode",          any, Flag{[](Config& c) -> auto& { return c.b_info.claim_mode; }}},
    {"vpmu",                any, Flag{[](Config& c) -> auto& { return c.b_info.vpmu; }}},
    {"oos",                 any, Flag{[](Config& c) -> auto& { return c.c_info.oos; }}},
    {"msr_relaxed",         any, Flag{[](Config& c) -> auto& { return c.b_info.arch_x86.msr_relaxed; }}},
    {"max_grant_frames",    any, Number{[](Config& c) -> auto& { return c.b_info.max_grant_frames; }}},
    {"max_maptrack_frames", any, Number{[](Config& c) -> auto& { return c.b_info.max_maptrack_frames; }}},
    {"max_grant_version",   any, Whole{[](Config& c) -> auto& { return c.b_info.max_grant_version; }}},
    {"max_event_channels",  any, Number{[](Config& c) -> auto& { return c.b_info.event_channels; }}},
    {"shadow_memory",       any, Mebibytes{[](Config& c) -> auto& { return c.b_info.shadow_memkb; }}},
    {"vmtrace_buf_kb",      any, Whole{[](Config& c) -> auto& { return c.b_info.vmtrace_buf_kb; }}},
    {"pool",                any, Text{[](Config& c) -> auto& { return c.c_info.pool_name; }}},
    {"cpu_weight",          any, Whole{[](Config& c) -> auto& { return c.b_info.sched_params.weight; }}},
    {"cap",                 any, Whole{[](Config& c) -> auto& { return c.b_info.sched_params.cap; }}},
    {"passthrough",         any, Choice{libxl_passthrough_string_table, [](Config& c, int v) {
                                            c.c_info.passthrough = static_cast<libxl_passthrough>(v); }}},
    {"altp2m",              any, Choice{libxl_altp2m_mode_string_table, [](Config& c, int v) {
                                            c.b_info.altp2m = static_cast<libxl_altp2m_mode>(v); }}},
    // What boots
    {"bootloader",          any, Text{[](Config& c) -> auto& { return c.b_info.bootloader; }}},
    {"e820_host",           pv,  Flag{[](Config& c) -> auto& { return c.b_info.u.pv.e820_host; }}},
    {"pvshim",              pvh, Flag{[](Config& c) -> auto& { return c.b_info.u.pvh.pvshim; }}},
    {"pvshim_path",         pvh, Text{[](Config& c) -> auto& { return c.b_info.u.pvh.pvshim_path; }}},
    {"pvshim_cmdline",      pvh, Text{[](Config& c) -> auto& { return c.b_info.u.pvh.pvshim_cmdline; }}},
    // The emulated machine
    {"acpi_s3",             hvm, Flag{[](Config& c) -> auto& { return c.b_info.u.hvm.acpi_s3; }}},
    {"acpi_s4",             hvm, Flag{[](Config& c) -> auto& { return c.b_info.u.hvm.acpi_s4; }}},
    {"acpi_laptop_slate",   hvm, Flag{[](Config& c) -> auto& { return c.b_info.u.hvm.acpi_laptop_slate; }}},
    {"xen_platform_pci",    hvm, Flag{[](Config& c) -> auto& { return c.b_info.u.hvm.xen_platform_pci; }}},
    {"vpt_align",           hvm, Flag{[](Config& c) -> auto& { return c.b_info.u.hvm.vpt_align; }}},
    {"gfx_passthru",        hvm, Flag{[](Config& c) -> auto& { return c.b_info.u.hvm.gfx_passthru; }}},
    {"usbversion",          hvm, Whole{[](Config& c) -> auto& { return c.b_info.u.hvm.usbversion; }}},
    {"usbdevice",           hvm, Text{[](Config& c) -> auto& { return c.b_info.u.hvm.usbdevice; }}},
    {"system_firmware",     hvm, Text{[](Config& c) -> auto& { return c.b_info.u.hvm.system_firmware; }}},
    {"smbios_firmware",     hvm, Text{[](Config& c) -> auto& { return c.b_info.u.hvm.smbios_firmware; }}},
    {"vendor_device",       hvm, Choice{libxl_vendor_device_string_table, [](Config& c, int v) {
                                            c.b_info.u.hvm.vendor_device = static_cast<libxl_vendor_device>(v); }}},
    // The device model
    {"dm_restrict",         hvm, Flag{[](Config& c) -> auto& { return c.b_info.dm_restrict; }}},
    {"device_model_user",   hvm, Text{[](Config& c) -> auto& { return c.b_info.device_model_user; }}},
    {"stubdomain_kernel",   hvm, Text{[](Config& c) -> auto& { return c.b_info.stubdomain_kernel; }}},
    {"stubdomain_ramdisk",  hvm, Text{[](Config& c) -> auto& { return c.b_info.stubdomain_ramdisk; }}},
    // The display
    {"vga",                 hvm, Choice{libxl_vga_interface_type_string_table, [](Config& c, int v) {
                                            c.b_info.u.hvm.vga.kind = static_cast<libxl_vga_interface_type>(v); }}},
    {"vnc",                 hvm, Flag{[](Config& c) -> auto& { return c.b_info.u.hvm.vnc.enable; }}},
    {"vnclisten",           hvm, Text{[](Config& c) -> auto& { return c.b_info.u.hvm.vnc.listen; }}},
    {"vncdisplay",          hvm, Whole{[](Config& c) -> auto& { return c.b_info.u.hvm.vnc.display; }}},
    {"vncunused",           hvm, Flag{[](Config& c) -> auto& { return c.b_info.u.hvm.vnc.findunused; }}},
    {"sdl",                 hvm, Flag{[](Config& c) -> auto& { return c.b_info.u.hvm.sdl.enable; }}},
    {"keymap",              hvm, Text{[](Config& c) -> auto& { return c.b_info.u.hvm.keymap; }}},
    // All devices that are passed through
    {"pci_msitranslate",    any, EachPci{&libxl_device_pci::msitranslate}},
    {"pci_power_mgmt",      any, EachPci{&libxl_device_pci::power_mgmt}},
    {"pci_permissive",      any, EachPci{&libxl_device_pci::permissive}},
    {"pci_seize",           any, EachPci{&libxl_device_pci::seize}},
};
// clang-format on
static_assert(std::ranges::equal(settings, extra_keys, {}, &Setting::key),
              "extra_keys.hpp lists the same, in this order");

struct Line {
    std::string field;    // "extra[0]"
    std::string_view key;
    std::string_view value;
};

[[noreturn]] void refuse_value(const Line& line, std::string_view expected) {
    refuse(line.field, "{}: '{}' is not {}", line.key, text::escaped(line.value, 60), expected);
}

bool flag(const Line& line) {
    const auto value = text::parse_bool(line.value);
    if (!value) refuse_value(line, "0 or 1");
    return *value;
}

template <class N>
N number(const Line& line, N least, N most) {
    const auto found = text::parse_number<N>(line.value);
    if (!found || *found < least || *found > most)
        refuse_value(line, fmt::format("a number from {} to {}", least, most));
    return *found;
}

// One overload for each kind of place.
struct Apply {
    Config& config;
    const Line& line;

    void operator()(Flag place) const { set(place(config), flag(line)); }
    void operator()(EachPci place) const {
        for (int i = 0; i < config.num_pcidevs; ++i)
            config.pcidevs[i].*place = flag(line);
    }
    void operator()(Text place) const { copy(place(config), line.value); }
    void operator()(Number place) const {
        place(config) = number<std::uint32_t>(line, 0, std::numeric_limits<std::int32_t>::max());
    }
    void operator()(Whole place) const { place(config) = number<int>(line, 0, std::numeric_limits<int>::max()); }
    void operator()(Mebibytes place) const {
        place(config) = number<std::uint64_t>(line, 1, std::uint64_t{1} << 24) * kib_in_mib;
    }
    void operator()(const Choice& place) const {
        const auto value = find_word(place.words, line.value);
        if (!value) refuse_value(line, "one of " + listed(place.words));
        place.set(config, *value);
    }
};

std::string_view unquoted(std::string_view value) {
    const bool quoted = value.size() >= 2 && (value.front() == '\'' || value.front() == '"');
    return quoted && value.back() == value.front() ? value.substr(1, value.size() - 2) : value;
}

Line parse_line(std::string field, std::string_view text) {
    const auto equals = text.find('=');
    if (equals == text.npos) refuse(std::move(field), "'{}': write <setting>=<value>", text::escaped(text, 60));
    return {std::move(field), text::trim(text.substr(0, equals)), unquoted(text::trim(text.substr(equals + 1)))};
}

const Setting& setting_of(const Line& line, libxl_domain_type type) {
    const auto row = std::ranges::find(settings, line.key, &Setting::key);
    if (row == std::end(settings)) {
        std::string known;
        for (const Setting& each : settings)
            if (each.only_for == any || each.only_for == type)
                known += (known.empty() ? "" : ", ") + std::string{each.key};
        refuse(line.field, "'{}' is no setting that can be given here; there are {}", text::escaped(line.key, 60),
               known);
    }
    if (row->only_for != any && row->only_for != type)
        refuse(line.field, "{} is for {} guests only", line.key, libxl_domain_type_to_string(row->only_for));
    return *row;
}

}    // namespace

void set_extra_lines(libxl_domain_config& config, const model::GuestSpec& spec) {
    for (std::size_t i = 0; i < spec.extra.size(); ++i) {
        const auto line = parse_line(element("extra", i), spec.extra[i]);
        std::visit(Apply{config, line}, setting_of(line, config.c_info.type).place);
    }
}

}    // namespace xm::connect::xl
