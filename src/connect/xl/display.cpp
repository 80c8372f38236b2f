// What the guest's user sees and touches: screen, keyboard and pointer, serial line.

#include "connect/xl/blocks.hpp"
#include "connect/xl/fields.hpp"

namespace xm::connect::xl {
namespace {

using model::GuestSpec;
using model::VirtType;

constexpr std::uint32_t pointer_range = 32768;    // of absolute coordinates, both ways

// The pointer's and keyboard's backend is a program of the platform, not the device model.
DeviceVkb keyboard_and_pointer() {
    DeviceVkb vkb;
    vkb->backend_type = LIBXL_VKB_BACKEND_LINUX;
    vkb->feature_abs_pointer = true;
    vkb->height = pointer_range;
    vkb->width = pointer_range;
    return vkb;
}

libxl_vga_interface_type vga_kind(const GuestSpec& spec) {
    if (spec.vga == "stdvga") return LIBXL_VGA_INTERFACE_TYPE_STD;
    if (spec.vga == "none") return LIBXL_VGA_INTERFACE_TYPE_NONE;
    refuse("vga", "neither stdvga nor none");
}

void set_hvm_display(libxl_domain_build_info& build, const GuestSpec& spec) {
    set(build.u.hvm.vnc.enable, false);
    build.u.hvm.vga.kind = vga_kind(spec);
    if (spec.nographic) set(build.u.hvm.nographic, true);
    if (spec.serial) copy(build.u.hvm.serial_list, {*spec.serial});
    if (!spec.vkb) set(build.u.hvm.vkb_device, false);
}

}    // namespace

void set_display(libxl_domain_config& config, const GuestSpec& spec) {
    if (spec.videoram_mib < 0) refuse("videoram-mib", "{} is no amount", spec.videoram_mib);
    if (spec.videoram_mib != 0) config.b_info.video_memkb = static_cast<std::uint64_t>(spec.videoram_mib) * kib_in_mib;
    if (spec.virt_type == VirtType::hvm) set_hvm_display(config.b_info, spec);
    // No backend of a dom0 serves others: libxl would wait for it ten seconds at each end of the domain.
    if (spec.vkb && spec.virt_type == VirtType::hvm) append(config.vkbs, config.num_vkbs, keyboard_and_pointer());
}

}    // namespace xm::connect::xl
