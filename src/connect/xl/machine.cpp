// Who the domain is, what kind of machine it is and what it boots.

#include "base/text.hpp"
#include "connect/xl/blocks.hpp"
#include "connect/xl/fields.hpp"

namespace xm::connect::xl {
namespace {

using model::GuestSpec;
using model::VirtType;

constexpr libxl_domain_type domain_type(VirtType type) {
    switch (type) {
        case VirtType::pv:
            return LIBXL_DOMAIN_TYPE_PV;
        case VirtType::pvh:
            return LIBXL_DOMAIN_TYPE_PVH;
        case VirtType::hvm:
            return LIBXL_DOMAIN_TYPE_HVM;
    }
    return LIBXL_DOMAIN_TYPE_INVALID;
}

// What happens after a domain's death is the monitor's business: whoever else reads libxl's record keeps off.
void leave_the_dead_alone(libxl_domain_config& config) {
    config.on_poweroff = LIBXL_ACTION_ON_SHUTDOWN_PRESERVE;
    config.on_reboot = LIBXL_ACTION_ON_SHUTDOWN_PRESERVE;
    config.on_watchdog = LIBXL_ACTION_ON_SHUTDOWN_PRESERVE;
    config.on_crash = LIBXL_ACTION_ON_SHUTDOWN_PRESERVE;
    config.on_soft_reset = LIBXL_ACTION_ON_SHUTDOWN_PRESERVE;
}

// An HVM guest boots from its drives unless it has a kernel.
void set_what_boots(libxl_domain_build_info& build, const GuestSpec& spec) {
    copy(build.kernel, spec.kernel);
    copy(build.ramdisk, spec.ramdisk);
    copy(build.cmdline, spec.cmdline);
    if (spec.virt_type != VirtType::hvm) return;
    copy(build.u.hvm.boot, spec.boot.value_or(""));
    if (spec.bios) build.u.hvm.bios = word<libxl_bios_type>(libxl_bios_type_string_table, "bios", *spec.bios);
    build.device_model_version = LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN;
}

}    // namespace

void set_identity(libxl_domain_config& config, const GuestSpec& spec) {
    libxl_domain_create_info& create = config.c_info;
    if (libxl_uuid_from_string(&create.uuid, spec.uuid.c_str()) != 0)
        refuse("uuid", "'{}' is no uuid", text::escaped(spec.uuid, 60));
    copy(create.name, spec.name.empty() ? spec.uuid : spec.name);    // libxl insists on a name
}

void set_virtualisation(libxl_domain_config& config, const GuestSpec& spec) {
    libxl_domain_create_info& create = config.c_info;
    libxl_domain_build_info& build = config.b_info;
    create.type = domain_type(spec.virt_type);
    libxl_domain_build_info_init_type(&build, create.type);
    if (spec.virt_type != VirtType::pv) copy(create.hap, spec.hap);
    set_what_boots(build, spec);
    // The label a domain is built with; if there is a second one, it changes to that when it runs.
    copy(create.ssid_label, spec.init_seclabel.empty() ? spec.seclabel : spec.init_seclabel);
    copy(build.exec_ssid_label, spec.init_seclabel.empty() ? "" : spec.seclabel);
    leave_the_dead_alone(config);
}

}    // namespace xm::connect::xl
