#include "xenmgr/config/vm_rows.hpp"

#include "xenmgr/config/vm_computed.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace xm::xenmgr {
namespace {

using namespace std::string_view_literals;
using P = VmProperty;
using Spec = model::GuestSpec;
using enum Form;
using enum Chars;
using enum When;

constexpr std::string_view os_words[] = {"linux", "windows", "windows8", "unknown"};
constexpr std::string_view sleep_words[] = {"pv", "ignore", "restart", "snapshot"};
constexpr std::string_view virt_words[] = {"pv", "pvh", "hvm"};

constexpr Range not_negative{.low = 0};
constexpr Range processors{.low = 0, .high = 8192};          // Xen's own limit, which few guests come near
constexpr Range mib{.low = 0, .high = 1 << 24};              // up to 16 TiB
constexpr Range mib_or_unset{.low = -1, .high = 1 << 24};    // 0 and -1: unset

constexpr Effects renamed{.name_changed = true, .switcher_changed = true};

// clang-format off
constexpr VmRow rows[] = {
    {.id = P::acpi,                         .stored = {.key = "config/acpi"}, .if_stored = &Spec::acpi},
    {.id = P::acpi_state,                   .when = never, .read = computed::acpi_state},
    {.id = P::acpi_table,                   .stored = {.key = "config/acpi-table"}},
    {.id = P::amt_pt,                       .stored = {.key = "amt-pt"}},
    {.id = P::apic,                         .stored = {.key = "config/apic"}, .if_stored = &Spec::apic},
    {.id = P::argo,                         .stored = {.key = "config/argo"}, .field = &Spec::argo},
    {.id = P::authenforce,                  .stored = {.key = "config/authenforce", .fallback = true},
                                            .if_stored = &Spec::authenforce},
    {.id = P::auto_s3_wake,                 .stored = {.key = "auto-s3-wake"}, .when = now},
    {.id = P::autostart_pending,            .when = never, .read = computed::autostart_pending},
    {.id = P::bios,                         .stored = {.key = "config/bios", .fallback = "seabios"sv, .chars = quoted},
                                            .if_stored = &Spec::bios},
    {.id = P::boot,                         .stored = {.key = "config/boot", .chars = quoted},
                                            .if_stored = &Spec::boot},
    {.id = P::boot_sentinel,                .stored = {.key = "boot-sentinel", .form = absent_if_empty, .chars = node},
                                            .field = &Spec::boot_sentinel},
    {.id = P::cd,                           .when = now, .read = computed::cd, .write = computed::change_cd},
    {.id = P::cmd_line,                     .stored = {.key = "config/cmdline", .chars = quoted},
                                            .field = &Spec::cmdline},
    {.id = P::control_platform_power_state, .stored = {.key = "control-platform-power-state"},
                                            .when = now, .native = true},
    {.id = P::cores_per_socket,             .stored = {.key = "config/cores-per-socket", .range = processors},
                                            .field = &Spec::cores_per_socket},
    {.id = P::cpuid,                        .stored = {.key = "cpuid", .chars = quoted}, .field = &Spec::cpuid},
    {.id = P::crypto_key_dirs,              .stored = {.key = "crypto-key-dirs", .chars = quoted},
                                            .field = &Spec::crypto_key_dir},
    {.id = P::crypto_user,                  .stored = {.key = "crypto-user", .form = absent_if_empty, .chars = line},
                                            .when = now},
    {.id = P::dependencies,                 .when = never, .read = computed::dependencies},
    {.id = P::description,                  .stored = {.key = "description"}, .when = now},
    {.id = P::display,                      .stored = {.key = "config/display", .chars = quoted}},
    {.id = P::domid,                        .when = never, .read = computed::domid},
    {.id = P::domstore_read_access,         .stored = {.key = "domstore-read-access"}, .when = now},
    {.id = P::domstore_write_access,        .stored = {.key = "domstore-write-access"}, .when = now},
    {.id = P::download_progress,            .stored = {.key = "download-progress"}, .when = now,
                                            .write = computed::always_write, .effects = {.transfer_changed = true}},
    {.id = P::extra_hvm,                    .stored = {.key = "config/extra-hvm", .form = lines, .chars = quoted},
                                            .field = &Spec::device_model_args},
    {.id = P::extra_xenvm,                  .stored = {.key = "config/extra-xenvm", .form = lines, .chars = line},
                                            .field = &Spec::extra},
    {.id = P::flask_label,                  .stored = {.key = "config/flask-label", .chars = quoted},
                                            .if_stored = &Spec::seclabel},
    {.id = P::gpu,                          .stored = {.key = "gpu", .chars = line}, .write = computed::choose_gpu},
    {.id = P::greedy_pciback_bind,          .stored = {.key = "greedy-pciback-bind", .fallback = true}},
    {.id = P::hap,                          .stored = {.key = "config/hap"}, .if_stored = &Spec::hap},
    {.id = P::hdtype,                       .stored = {.key = "config/hdtype", .fallback = "ide"sv, .chars = quoted},
                                            .field = &Spec::hdtype},
    {.id = P::hibernated,                   .stored = {.key = "hibernated"}, .when = never},
    {.id = P::hidden_in_switcher,           .stored = {.key = "hidden"},
                                            .when = now, .effects = {.switcher_changed = true}},
    {.id = P::hidden_in_ui,                 .stored = {.key = "hidden-in-ui"}, .when = now},
    {.id = P::hpet,                         .stored = {.key = "config/hpet", .fallback = true}, .field = &Spec::hpet},
    {.id = P::display_handler_strict,       .stored = {.key = "config/display-handler-strict"}, .when = now},
    {.id = P::stub_domid,                   .when = never, .read = computed::stub_domid},
    {.id = P::image_path_vg,                .stored = {.key = "image_path", .form = trimmed, .chars = line},
                                            .when = now, .effects = {.switcher_changed = true}},
    {.id = P::long_form_vg,                 .stored = {.key = "config/long-form"}, .when = now},
    {.id = P::short_form_vg,                .stored = {.key = "config/short-form"}, .when = now},
    {.id = P::text_color_vg,                .stored = {.key = "config/text-color"}, .when = now},
    {.id = P::border_width_vg,              .stored = {.key = "config/border-width"}, .when = now},
    {.id = P::border_height_vg,             .stored = {.key = "config/border-height"}, .when = now},
    {.id = P::vglass_enabled,               .stored = {.key = "config/vglass-enabled"}},
    {.id = P::mosaic_mode,                  .stored = {.key = "config/mosaic-mode", .range = not_negative},
                                            .when = now},
    {.id = P::windowed_x,                   .stored = {.key = "config/windowed-x"}, .when = now},
    {.id = P::windowed_y,                   .stored = {.key = "config/windowed-y"}, .when = now},
    {.id = P::windowed_w,                   .stored = {.key = "config/windowed-w"}, .when = now},
    {.id = P::windowed_h,                   .stored = {.key = "config/windowed-h"}, .when = now},
    {.id = P::primary_domain_color,         .stored = {.key = "config/domain-color"}, .when = now},
    {.id = P::secondary_domain_color,       .stored = {.key = "config/secondary-domain-color"}, .when = now},
    {.id = P::mosaic_vm_enabled,            .stored = {.key = "config/mosaic-vm-enabled"}, .when = now},
    {.id = P::icbinn_path,                  .stored = {.key = "icbinn-path", .chars = line}},
    {.id = P::image_path,                   .stored = {.key = "image_path", .form = trimmed, .chars = line},
                                            .when = now, .effects = {.switcher_changed = true}},
    {.id = P::init_flask_label,             .stored = {.key = "config/init-flask-label", .chars = quoted},
                                            .if_stored = &Spec::init_seclabel},
    {.id = P::initrd,                       .stored = {.key = "config/initrd", .chars = quoted},
                                            .field = &Spec::ramdisk},
    {.id = P::initrd_extract,               .stored = {.key = "config/initrd-extract", .chars = line}},
    {.id = P::keep_alive,                   .stored = {.key = "keep-alive"}, .when = now},
    {.id = P::kernel,                       .stored = {.key = "config/kernel", .chars = quoted},
                                            .field = &Spec::kernel},
    {.id = P::kernel_extract,               .stored = {.key = "config/kernel-extract", .chars = line}},
    {.id = P::mac,                          .when = never, .read = computed::first_mac},
    {.id = P::measured,                     .stored = {.key = "measured"}, .when = never},
    {.id = P::memory,                       .stored = {.key = "config/memory", .range = mib},
                                            .field = &Spec::memory_mib},
    {.id = P::memory_min,                   .stored = {.key = "config/memory-min", .form = positive,
                                            .range = mib_or_unset},
                                            .read = computed::memory_or_stored, .field = &Spec::memory_min_mib},
    {.id = P::memory_static_max,            .stored = {.key = "config/memory-static-max", .form = positive,
                                            .range = mib_or_unset},
                                            .read = computed::memory_or_stored, .field = &Spec::memory_max_mib},
    {.id = P::memory_target,                .when = never, .read = computed::memory_target},
    {.id = P::name,                         .stored = {.key = "name", .form = trimmed, .chars = quoted}, .when = now,
                                            .effects = renamed, .field = &Spec::name},
    {.id = P::native_experience,            .stored = {.key = "native-experience"}, .when = now,
                                            .write = computed::claim_native_experience},
    {.id = P::nestedhvm,                    .stored = {.key = "config/nestedhvm"}, .field = &Spec::nestedhvm},
    {.id = P::notify,                       .stored = {.key = "config/notify", .chars = line}},
    {.id = P::nx,                           .stored = {.key = "config/nx"}, .if_stored = &Spec::nx},
    {.id = P::oem_acpi_features,            .stored = {.key = "oem-acpi-features"}},
    {.id = P::os,                           .stored = {.key = "os", .fallback = "unknown"sv, .words = os_words},
                                            .refusal = &errors::unknown_os},
    {.id = P::ovf_transport_iso,            .stored = {.key = "ovf-transport-iso"}},
    {.id = P::pae,                          .stored = {.key = "config/pae"}, .if_stored = &Spec::pae},
    {.id = P::passthrough_io,               .stored = {.key = "config/passthrough-io", .chars = quoted},
                                            .if_stored = &Spec::ioports},
    {.id = P::passthrough_mmio,             .stored = {.key = "config/passthrough-mmio", .chars = quoted},
                                            .if_stored = &Spec::iomem},
    {.id = P::policy_audio_access,          .stored = {.key = "policies/audio-access", .fallback = true}},
    {.id = P::policy_audio_recording,       .stored = {.key = "policies/audio-rec", .fallback = true}},
    {.id = P::policy_cd_access,             .stored = {.key = "policies/cd-access", .fallback = true}},
    {.id = P::policy_cd_recording,          .stored = {.key = "policies/cd-rec", .fallback = true}},
    {.id = P::policy_modify_vm_settings,    .stored = {.key = "policies/modify-vm-settings", .fallback = true},
                                            .when = now},
    {.id = P::policy_print_screen,          .stored = {.key = "policies/print-screen-disallowed", .fallback = true,
                                            .form = inverted_if_false}, .when = now},
    {.id = P::policy_wired_networking,      .stored = {.key = "policies/wired-networking", .fallback = true}},
    {.id = P::policy_wireless_networking,   .stored = {.key = "policies/wireless-networking", .fallback = true}},
    {.id = P::portica_enabled,              .when = never, .read = computed::portica_enabled},
    {.id = P::portica_installed,            .stored = {.key = "portica-installed"}, .when = never},
    {.id = P::preserve_on_reboot,           .stored = {.key = "preserve-on-reboot"}},
    {.id = P::private_space,                .when = never, .read = computed::private_space},
    {.id = P::provides_default_network_backend,    .stored = {.key = "provides-default-network-backend"}, .when = now},
    {.id = P::provides_graphics_fallback,   .stored = {.key = "provides-graphics-fallback"}, .when = now},
    {.id = P::provides_network_backend,     .stored = {.key = "provides-network-backend"}},
    {.id = P::pv_addons,                    .stored = {.key = "pv-addons-installed"}, .when = now},
    {.id = P::pv_addons_version,            .stored = {.key = "pv-addons-version", .chars = line}, .when = now},
    {.id = P::qemu_dm_path,                 .stored = {.key = "config/qemu-dm-path",
                                            .fallback = "/opt/xensource/libexec/qemu-dm-wrapper"sv, .chars = quoted},
                                            .field = &Spec::device_model_override},
    {.id = P::qemu_dm_timeout,              .stored = {.key = "config/qemu-dm-timeout", .fallback = 30,
                                            .range = not_negative}},
    {.id = P::ready,                        .stored = {.key = "ready", .fallback = true}, .when = now},
    {.id = P::realm,                        .stored = {.key = "realm", .chars = line}, .when = now},
    {.id = P::restrict_display_depth,       .stored = {.key = "restrict-display-depth"},
                                            .field = &Spec::restrict_display_depth},
    {.id = P::restrict_display_res,         .stored = {.key = "restrict-display-res"},
                                            .field = &Spec::restrict_display_res},
    {.id = P::run_insteadof_start,          .stored = {.key = "run-insteadof-start", .form = absent_if_empty,
                                            .chars = line}, .when = now},
    {.id = P::run_on_acpi_state_change,     .stored = {.key = "run-on-acpi-state-change", .form = absent_if_empty,
                                            .chars = line}, .when = now},
    {.id = P::run_on_state_change,          .stored = {.key = "run-on-state-change", .form = absent_if_empty,
                                            .chars = line}, .when = now},
    {.id = P::run_post_create,              .stored = {.key = "run-post-create", .form = absent_if_empty,
                                            .chars = line}, .when = now},
    {.id = P::run_pre_boot,                 .stored = {.key = "run-pre-boot", .form = absent_if_empty, .chars = line},
                                            .when = now},
    {.id = P::run_pre_delete,               .stored = {.key = "run-pre-delete", .form = absent_if_empty,
                                            .chars = line}, .when = now},
    {.id = P::s3_mode,                      .stored = {.key = "s3-mode", .fallback = "pv"sv, .words = sleep_words},
                                            .when = now},
    {.id = P::s4_mode,                      .stored = {.key = "s4-mode", .fallback = "pv"sv, .words = sleep_words},
                                            .when = now},
    {.id = P::seamless_id,                  .stored = {.key = "seamless-id", .chars = line}, .when = now},
    {.id = P::seamless_mouse_left,          .when = never, .read = computed::seamless_mouse_left},
    {.id = P::seamless_mouse_right,         .when = never, .read = computed::seamless_mouse_right},
    {.id = P::seamless_traffic,             .stored = {.key = "seamless-traffic"}, .read = computed::seamless_traffic},
    {.id = P::secureboot,                   .stored = {.key = "config/secureboot"}, .if_stored = &Spec::secureboot},
    {.id = P::serial,                       .stored = {.key = "config/serial", .chars = quoted},
                                            .if_stored = &Spec::serial},
    {.id = P::show_switcher,                .stored = {.key = "show-switcher", .fallback = true}, .native = false},
    {.id = P::shutdown_priority,            .stored = {.key = "shutdown-priority"}, .when = now},
    {.id = P::slot,                         .stored = {.key = "slot"}, .when = now, .write = computed::change_slot},
    {.id = P::sound,                        .stored = {.key = "config/sound", .chars = quoted}},
    {.id = P::start_from_suspend_image,     .stored = {.key = "start-from-suspend-image", .chars = line}},
    {.id = P::start_on_boot,                .stored = {.key = "start_on_boot"}, .when = now, .native = true},
    {.id = P::start_on_boot_priority,       .stored = {.key = "start_on_boot_priority"}, .when = now},
    {.id = P::state,                        .when = never, .read = computed::state},
    {.id = P::stubdom,                      .stored = {.key = "stubdom"},
                                            .read = computed::stubdom, .field = &Spec::stubdom},
    {.id = P::stubdom_cmdline,              .stored = {.key = "config/stubdom-cmdline", .chars = quoted},
                                            .if_stored = &Spec::stubdom_cmdline},
    {.id = P::stubdom_flask_label,          .stored = {.key = "config/stubdom-flask-label", .chars = quoted},
                                            .if_stored = &Spec::stubdom_seclabel},
    {.id = P::stubdom_memory,               .stored = {.key = "config/stubdom-memory", .fallback = 96, .range = mib},
                                            .if_stored = &Spec::stubdom_memory_mib},
    {.id = P::sync_uuid,                    .stored = {.key = "sync-uuid", .chars = line}, .when = now},
    {.id = P::time_offset,                  .stored = {.key = "time-offset"}, .if_stored = &Spec::time_offset},
    {.id = P::timer_mode,                   .stored = {.key = "config/timer-mode",
                                            .fallback = "no_delay_for_missed_ticks"sv, .chars = quoted},
                                            .field = &Spec::timer_mode},
    {.id = P::track_dependencies,           .stored = {.key = "track-dependencies"}},
    {.id = P::type,                         .stored = {.key = "type", .fallback = "svm"sv, .chars = line}},
    {.id = P::usb_auto_passthrough,         .stored = {.key = "usb-auto-passthrough", .fallback = true}, .when = now},
    {.id = P::usb_control,                  .stored = {.key = "usb-control"},
                                            .when = now, .effects = {.rpc_rules_changed = true}},
    {.id = P::usb_enabled,                  .stored = {.key = "usb-enabled", .fallback = true}, .field = &Spec::usb},
    {.id = P::usb_grab_devices,             .stored = {.key = "usb-grab-devices"}, .when = now, .native = true},
    {.id = P::uuid,                         .when = never, .read = computed::uuid, .field = &Spec::uuid},
    {.id = P::vcpus,                        .stored = {.key = "config/vcpus", .range = processors},
                                            .if_stored = &Spec::vcpus},
    {.id = P::videoram,                     .stored = {.key = "config/videoram", .range = mib},
                                            .if_stored = &Spec::videoram_mib},
    {.id = P::viridian,                     .stored = {.key = "config/viridian"}},
    {.id = P::virt_type,                    .stored = {.key = "config/virt-type", .fallback = "pv"sv,
                                            .words = virt_words}},
    {.id = P::vkbd,                         .stored = {.key = "config/vkbd"}},
    {.id = P::vsnd,                         .stored = {.key = "config/vsnd"}},
    {.id = P::wired_network,                .when = now, .read = computed::wired_network,
                                            .write = computed::change_wired_network,
                                            .gated = false},
    {.id = P::wireless_control,             .stored = {.key = "wireless-control"}, .when = now, .native = true},
    {.id = P::wireless_network,             .when = now, .read = computed::wireless_network,
                                            .write = computed::change_wireless_network, .gated = false},
    {.id = P::xci_cpuid_signature,          .stored = {.key = "xci-cpuid-signature"}},
};
// clang-format on

constexpr bool agrees_with_schema() {
    const auto& schema = gen::xenmgr_vm_unrestricted::properties;
    if (std::size(rows) != std::size(schema)) return false;
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        const auto& row = rows[i];
        const bool writable = schema[i].access != idl::Access::read;
        const bool is_stored = !row.stored.key.empty();
        if (row.id != static_cast<P>(i) || !fits(row.stored, kind_of(schema[i].signature))) return false;
        if (!is_stored && !row.read) return false;
        if (writable ? !is_stored && !row.write : static_cast<bool>(row.write)) return false;
        if (writable == (row.when == never)) return false;
    }
    return true;
}
static_assert(agrees_with_schema());    // one row per property, in order, with agreeing kind and access

// Which row serves a property of the .vm face: the one of the same name.
constexpr auto rows_of_vm = [] {
    std::array<VmProperty, std::size(gen::xenmgr_vm::properties)> result{};
    for (std::size_t i = 0; i < result.size(); ++i) {
        const auto& all = gen::xenmgr_vm_unrestricted::properties;
        const auto* found = std::ranges::find(all, gen::xenmgr_vm::properties[i].name, &idl::Property::name);
        result[i] = static_cast<VmProperty>(found - std::begin(all));
    }
    return result;
}();
static_assert(std::ranges::none_of(rows_of_vm,
                                   [](VmProperty id) { return static_cast<std::size_t>(id) == std::size(rows); }));

}    // namespace

std::span<const VmRow> vm_rows() { return rows; }
const VmRow& vm_row(VmProperty id) { return rows[static_cast<std::size_t>(id)]; }
const idl::Property& vm_schema(VmProperty id) {
    return gen::xenmgr_vm_unrestricted::properties[static_cast<std::size_t>(id)];
}
Kind vm_kind(VmProperty id) { return kind_of(vm_schema(id).signature); }
VmProperty vm_property(gen::xenmgr_vm::Property id) { return rows_of_vm[static_cast<std::size_t>(id)]; }

}    // namespace xm::xenmgr
