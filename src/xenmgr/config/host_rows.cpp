#include "xenmgr/config/host_rows.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "model/pv_drivers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace xm::xenmgr {
namespace {

using namespace std::string_view_literals;
using enum Form;
using enum Chars;

constexpr Effects announced{.config_changed = true};
constexpr Range not_negative{.low = 0};
constexpr std::string_view action_words[] = {"nothing", "sleep", "hibernate", "shutdown", "forced-shutdown", "reboot"};

Value always(const HostFacts&) { return true; }
Value zero(const HostFacts&) { return 0; }
Value ssh(const HostFacts& facts) { return facts.ssh; }
Value argo_ssh(const HostFacts& facts) { return facts.argo_ssh; }
Value dom0_networking(const HostFacts& facts) { return facts.dom0_networking; }
Value secondary_gpu(const HostFacts& facts) { return has_capability(facts, "secondary-gpu-pt"); }
Value save_changes(const HostFacts& facts) { return has_capability(facts, "configurable-save-changes-across-reboots"); }
Value languages(const HostFacts& facts) { return supported_languages(facts); }
Value language(const HostFacts& facts) { return facts.language; }

template <class Property>
struct Row {
    Property id;
    HostRow row;
};

// clang-format off
using P = HostProperty;
constexpr Row<P> host_rows[] = {
    {P::argo_firewall,            {.stored = {.key = "xenmgr/argo-firewall", .fallback = true}}},
    {P::argo_hosts_file,          {.stored = {.key = "xenmgr/argo-hosts-file", .fallback = true}, .effects = announced}},
    {P::autolock_cd_drives,       {.stored = {.key = "xenmgr/autolock-cd-drives", .fallback = true},
                                   .effects = {.autolock_changed = true}}},
    {P::autostart,                {.stored = {.key = "xenmgr/autostart", .fallback = true}, .effects = announced}},
    {P::bypass_sha1sum_checks,    {.stored = {.key = "xenmgr/bypass-sha1sum-checks"}}},
    {P::configurable_save_changes_across_reboots, {.read = save_changes}},
    {P::connect_remote_desktop_allowed, {.stored = {.key = "xenmgr/uiConnectRemoteDesktopAllowed", .fallback = true},
                                   .effects = announced}},
    {P::dom0_mem_target_mib,      {.stored = {.key = "dom0-mem-target-mib", .fallback = 256}}},
    {P::enable_argo_ssh,          {.read = argo_ssh, .switch_file = {"/config/etc/ssh/argo_not_to_be_run",
                                                                     "/etc/init.d/sshd-argo"}}},
    {P::enable_dom0_networking,   {.read = dom0_networking,
                                   .switch_file = {"/config/system/dom0-networking-disabled", ""}}},
    {P::enable_ssh,               {.read = ssh, .switch_file = {"/config/etc/ssh/sshd_not_to_be_run",
                                                                "/etc/init.d/sshd"}}},
    {P::guest_only_networking,    {.stored = {.key = "xenmgr/guest-only-networking"}}},
    {P::iso_path,                 {.stored = {.key = "xenmgr/isos", .fallback = "/storage/isos"sv, .chars = path},
                                   .effects = announced}},
    {P::measure_fail_action,      {.stored = {.key = "xenmgr/measure-fail-action", .fallback = "forced-shutdown"sv,
                                              .words = action_words}, .effects = announced}},
    {P::ota_upgrades_allowed,     {.stored = {.key = "ota-upgrades-disallowed", .fallback = true,
                                              .form = inverted_if_false}, .effects = announced}},
    {P::platform_crypto_key_dirs, {.stored = {.key = "xenmgr/platform-crypto-key-dirs",
                                              .fallback = "/config/platform-crypto-keys"sv, .chars = quoted},
                                   .effects = announced}},
    {P::pvm_autostart_delay,      {.stored = {.key = "xenmgr/pvm-autostart-delay"}, .effects = announced}},
    {P::secondary_gpu_pt,         {.read = secondary_gpu}},
    {P::svm_autostart_delay,      {.stored = {.key = "xenmgr/svm-autostart-delay", .range = not_negative},
                                   .effects = announced}},
    {P::use_networking_domain,    {.read = always}},
    {P::vm_creation_allowed,      {.stored = {.key = "vm-create-disallowed", .fallback = true,
                                              .form = inverted_if_false}, .effects = announced}},
    {P::vm_deletion_allowed,      {.stored = {.key = "vm-delete-disallowed", .fallback = true,
                                              .form = inverted_if_false}, .effects = announced}},
    {P::xc_diag_timeout,          {.stored = {.key = "xenmgr/xc-diag-timeout", .fallback = 180, .range = not_negative},
                                   .effects = announced}},
};

using U = UiProperty;
constexpr Row<U> ui_rows[] = {
    {U::idle_time_threshold,         {.read = zero, .effects = announced}},
    {U::language,                    {.read = language, .effects = {.config_changed = true, .language_changed = true}}},
    {U::modify_advanced_vm_settings, {.stored = {.key = "xenmgr/uiModifyAdvancedVmSettings", .fallback = true},
                                      .effects = announced}},
    {U::modify_services,             {.stored = {.key = "xenmgr/uiModifyServices", .fallback = true}, .effects = announced}},
    {U::modify_settings,             {.stored = {.key = "xenmgr/uiModifySettings", .fallback = true}, .effects = announced}},
    {U::modify_usb_settings,         {.stored = {.key = "xenmgr/uiModifyUsbSettings", .fallback = true}, .effects = announced}},
    {U::pointer_trail_timeout,       {.stored = {.key = "xenmgr/pointerTrailTimeout", .form = seconds}, .effects = announced}},
    {U::show_mboot_warning,          {.stored = {.key = "xenmgr/showMbootWarning", .fallback = true}, .effects = announced}},
    {U::show_msg_on_no_disk,         {.stored = {.key = "xenmgr/showMsgOnNoDisk", .fallback = true}, .effects = announced}},
    {U::show_msg_on_vm_start,        {.stored = {.key = "xenmgr/showMsgOnVmStart", .fallback = true}, .effects = announced}},
    {U::show_msg_on_vm_start_tools_warning, {.stored = {.key = "xenmgr/showMsgOnVmStartToolsWarning", .fallback = true},
                                      .effects = announced}},
    {U::show_tools_warning,          {.stored = {.key = "xenmgr/showToolsWarning", .fallback = true}, .effects = announced}},
    {U::supported_languages,         {.read = languages}},
    {U::switcher_enabled,            {.stored = {.key = "switcher/enabled", .fallback = true}}},
    {U::switcher_keyboard_follows_mouse, {.stored = {.key = "switcher/keyboard_follows_mouse"}}},
    {U::switcher_resistance,         {.stored = {.key = "switcher/resistance", .fallback = 10}}},
    {U::switcher_self_switch_enabled, {.stored = {.key = "switcher/self-switch-disabled", .form = inverted}}},
    {U::switcher_status_report_enabled, {.stored = {.key = "switcher/status-report-enabled", .fallback = true}}},
    {U::view_type,                   {.stored = {.key = "xenmgr/viewType", .chars = line}, .effects = announced}},
    {U::wallpaper,                   {.stored = {.key = "xenmgr/wallpaper", .fallback = "images/wallpapers/s9.png"sv,
                                                 .chars = line}, .effects = announced}},
};
// clang-format on

template <class Property, std::size_t N, std::size_t M>
constexpr bool agrees(const Row<Property> (&rows)[N], const idl::Property (&properties)[M]) {
    if (N != M) return false;
    for (std::size_t i = 0; i < N; ++i) {
        const auto& [id, row] = rows[i];
        if (id != static_cast<Property>(i) || !fits(row.stored, kind_of(properties[i].signature))) return false;
        if (row.stored.key.empty() && !row.read) return false;
    }
    return true;
}
static_assert(agrees(host_rows, gen::xenmgr_config::properties));
static_assert(agrees(ui_rows, gen::xenmgr_config_ui::properties));

constexpr std::string_view interface_of(P) { return gen::xenmgr_config::interface_name; }
constexpr std::string_view interface_of(U) { return gen::xenmgr_config_ui::interface_name; }

const idl::Property& schema(P property) { return gen::xenmgr_config::properties[static_cast<std::size_t>(property)]; }
const idl::Property& schema(U property) {
    return gen::xenmgr_config_ui::properties[static_cast<std::size_t>(property)];
}

template <class Property>
Value get_row(const ConfigTree& host, const HostFacts& facts, Property property) {
    const auto& row = host_row(property);
    if (row.read) return row.read(facts);
    return read(row.stored, kind_of(schema(property).signature), host, row.stored.key);
}

template <class Property>
Change plan_row(const ConfigTree& host, Property property, const Value& value) {
    const auto& row = host_row(property);
    const auto& about = schema(property);
    if (about.access == idl::Access::read)
        fail(errors::property_not_writable, std::string{interface_of(property)}, "property {}", about.name);
    require_valid(row.stored, kind_of(about.signature), value, about.name, interface_of(property), errors::bad_value);
    Change change;
    if (!row.stored.key.empty()) change = plan_write(row.stored, host, row.stored.key, value);
    change.effects = row.effects;
    return change;
}

std::string lowered(std::string_view text) {
    std::string result{text::trim(text)};
    for (auto& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

}    // namespace

bool has_capability(const HostFacts& facts, const std::string& name) {
    const auto found = facts.capabilities.find(name);
    return found != facts.capabilities.end() && found->second == "true";
}

const HostRow& host_row(P property) { return host_rows[static_cast<std::size_t>(property)].row; }
const HostRow& host_row(U property) { return ui_rows[static_cast<std::size_t>(property)].row; }

Value get(const ConfigTree& host, const HostFacts& facts, P property) { return get_row(host, facts, property); }
Value get(const ConfigTree& host, const HostFacts& facts, U property) { return get_row(host, facts, property); }

Change plan_set(const ConfigTree& host, const HostFacts&, P property, const Value& value) {
    return plan_row(host, property, value);
}

Change plan_set(const ConfigTree& host, const HostFacts& facts, U property, const Value& value) {
    auto change = plan_row(host, property, value);
    if (property != U::language) return change;
    const auto& wanted = std::get<std::string>(value);
    const auto known = supported_languages(facts);
    if (std::ranges::find(known, wanted) == known.end())
        fail(errors::unsupported_language, text::escaped(wanted), "this host offers {}",
             known.empty() ? "no languages" : fmt::format("{}", fmt::join(known, " ")));
    return change;
}

std::map<std::string, std::string> parse_capabilities(std::string_view file) {
    std::map<std::string, std::string> capabilities;
    for (const auto line_text : text::split(file, '\n')) {
        const auto at = line_text.find('=');
        if (at == std::string_view::npos) continue;
        capabilities[lowered(line_text.substr(0, at))] = lowered(line_text.substr(at + 1));
    }
    return capabilities;
}

std::string parse_tools_version(std::string_view file) {
    for (const auto line_text : text::split(file, '\n')) {
        const auto at = line_text.find('=');
        if (at == std::string_view::npos || text::trim(line_text.substr(0, at)) != "tools") continue;
        const auto version = text::trim(line_text.substr(at + 1));
        return model::is_driver_version(version) ? std::string{version} : "";
    }
    return "";
}

std::string parse_language(std::string_view file) {
    constexpr auto name = "LANGUAGE="sv;
    for (const auto line_text : text::split(file, '\n')) {
        auto value = text::trim(line_text);
        if (!value.starts_with(name)) continue;
        value = value.substr(name.size());
        if (value.size() >= 2 && value.front() == '\'' && value.back() == '\'')
            value = value.substr(1, value.size() - 2);
        return std::string{value};
    }
    return "en-us";
}

std::string language_file(std::string_view language) { return fmt::format("LANGUAGE='{}'\n", language); }

StringList supported_languages(const HostFacts& facts) {
    StringList found;
    const auto stored = facts.capabilities.find("supported-languages");
    if (stored == facts.capabilities.end()) return found;
    std::string words = stored->second;
    std::ranges::replace(words, '\t', ' ');
    for (const auto word : text::split(words, ' '))
        if (!word.empty()) found.emplace_back(word);
    return found;
}

}    // namespace xm::xenmgr
