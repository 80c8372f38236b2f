#pragma once
// The settings of the stock toolstack, by their names in xl.cfg(5), that may be given as raw lines of a GuestSpec
// ("extra"). Readers of configuration learn here what the hypervisor's side will understand; it needs no libxl.

#include <string_view>

namespace xm::connect::xl {

// clang-format off
constexpr std::string_view extra_keys[] = {
    // The hypervisor's treatment of the domain
    "tsc_mode", "nomigrate", "localtime", "driver_domain", "claim_mode", "vpmu", "oos", "msr_relaxed", "max_grant_frames",
    "max_maptrack_frames", "max_grant_version", "max_event_channels", "shadow_memory", "vmtrace_buf_kb", "pool", "cpu_weight",
    "cap", "passthrough", "altp2m",
    // What boots
    "bootloader", "e820_host", "pvshim", "pvshim_path", "pvshim_cmdline",
    // The emulated machine
    "acpi_s3", "acpi_s4", "acpi_laptop_slate", "xen_platform_pci", "vpt_align", "gfx_passthru", "usbversion", "usbdevice",
    "system_firmware", "smbios_firmware", "vendor_device",
    // The device model
    "dm_restrict", "device_model_user", "stubdomain_kernel", "stubdomain_ramdisk",
    // The display
    "vga", "vnc", "vnclisten", "vncdisplay", "vncunused", "sdl", "keymap",
    // All devices that are passed through
    "pci_msitranslate", "pci_power_mgmt", "pci_permissive", "pci_seize",
};
// clang-format on

}    // namespace xm::connect::xl
