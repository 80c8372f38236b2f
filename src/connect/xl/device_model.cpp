// The program, or the domain, that emulates hardware.

#include "connect/xl/blocks.hpp"
#include "connect/xl/fields.hpp"

namespace xm::connect::xl {
namespace {

libxl_hdtype drive_bus(const std::string& hdtype) {
    return word<libxl_hdtype>(libxl_hdtype_string_table, "hdtype", hdtype);
}

void set_stubdom(libxl_domain_build_info& build, const model::GuestSpec& spec) {
    if (spec.stubdom_memory_mib < 0) refuse("stubdom-memory-mib", "{} is no amount", spec.stubdom_memory_mib);
    set(build.device_model_stubdomain, true);
    if (spec.stubdom_memory_mib != 0)
        build.stubdomain_memkb = static_cast<std::uint64_t>(spec.stubdom_memory_mib) * kib_in_mib;
    copy(build.stubdomain_cmdline, spec.stubdom_cmdline);
    copy(build.device_model_ssid_label, spec.stubdom_seclabel);
}

}    // namespace

bool has_stubdom(const model::GuestSpec& spec) { return spec.stubdom && spec.virt_type == model::VirtType::hvm; }

void set_device_model(libxl_domain_config& config, const model::GuestSpec& spec) {
    libxl_domain_build_info& build = config.b_info;
    copy(build.extra, spec.device_model_args);
    if (spec.virt_type != model::VirtType::hvm) return;
    build.u.hvm.hdtype = drive_bus(spec.hdtype);
    copy(build.device_model, spec.device_model_override);
    copy(build.u.hvm.soundhw, spec.sound);
    if (!spec.usb) set(build.u.hvm.usb, false);
    if (has_stubdom(spec)) set_stubdom(build, spec);
}

}    // namespace xm::connect::xl
