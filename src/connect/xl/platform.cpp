// Clocks, firmware tables and what else a guest takes for its board.

#include "base/text.hpp"
#include "connect/xl/blocks.hpp"
#include "connect/xl/fields.hpp"

namespace xm::connect::xl {
namespace {

using model::GuestSpec;
using model::VirtType;

constexpr int smallest_hole_mib = 256;
constexpr int largest_hole_mib = 3840;

// "defaults", "all", or enlightenments by name; one with ! before it stays off.
void add_enlightenment(libxl_domain_build_info& build, std::string_view name) {
    const Words* table = libxl_viridian_enlightenment_string_table;
    if (name == "defaults") {
        set(build.u.hvm.viridian, true);
    } else if (name == "all") {
        for (const Words* row = table; row->s != nullptr; ++row)
            set_bit(build.u.hvm.viridian_enable, row->v);
    } else {
        const bool off = name.starts_with('!');
        const auto which = find_word(table, off ? name.substr(1) : name);
        if (!which)
            refuse("viridian", "'{}' is none of 0, 1, defaults, all, {}", text::escaped(name, 60), listed(table));
        set_bit(off ? build.u.hvm.viridian_disable : build.u.hvm.viridian_enable, *which);
    }
}

void set_viridian(libxl_domain_build_info& build, const std::string& value) {
    if (const auto all_or_none = text::parse_bool(value)) {
        set(build.u.hvm.viridian, *all_or_none);
        return;
    }
    build.u.hvm.viridian_enable = bits(LIBXL_BUILDINFO_HVM_VIRIDIAN_ENABLE_DISABLE_WIDTH, false);
    build.u.hvm.viridian_disable = bits(LIBXL_BUILDINFO_HVM_VIRIDIAN_ENABLE_DISABLE_WIDTH, false);
    for (const auto name : text::split(value, ','))
        add_enlightenment(build, text::trim(name));
}

void set_mmio_hole(libxl_domain_build_info& build, int mib) {
    if (mib == 0) return;
    if (mib < smallest_hole_mib || mib > largest_hole_mib)
        refuse("mmio-hole-mib", "{}; the hole is {} to {} MiB", mib, smallest_hole_mib, largest_hole_mib);
    build.u.hvm.mmio_hole_memkb = static_cast<std::uint64_t>(mib) * kib_in_mib;
}

void set_hvm_platform(libxl_domain_build_info& build, const GuestSpec& spec) {
    copy(build.u.hvm.nx, spec.nx);
    copy(build.u.hvm.pae, spec.pae);
    set(build.u.hvm.hpet, spec.hpet);
    copy(build.u.hvm.acpi_firmware, spec.acpi_firmware);
    set_mmio_hole(build, spec.mmio_hole_mib);
    if (spec.viridian) set_viridian(build, *spec.viridian);
    if (!spec.timer_mode.empty())
        build.timer_mode = word<libxl_timer_mode>(libxl_timer_mode_string_table, "timer-mode", spec.timer_mode);
}

}    // namespace

void set_platform(libxl_domain_config& config, const GuestSpec& spec) {
    libxl_domain_build_info& build = config.b_info;
    if (spec.time_offset) build.rtc_timeoffset = static_cast<std::uint32_t>(*spec.time_offset);
    if (spec.virt_type != VirtType::pv) {
        copy(build.apic, spec.apic);
        copy(build.acpi, spec.acpi);
        if (spec.nestedhvm) set(build.nested_hvm, true);
    }
    if (spec.virt_type == VirtType::hvm) set_hvm_platform(build, spec);
}

}    // namespace xm::connect::xl
