#include "xenvm/config_process.hpp"

#include "base/text.hpp"
#include "base/uuid.hpp"
#include "xenvm/config_keys.hpp"

#include <optional>

namespace xm::xenvm {
namespace {

using Kind = NotifyTarget::Kind;

constexpr std::string_view notify_forms = "expected dbus, unix,<path>, tcp,<ip>:<port> or none";

std::optional<NotifyTarget> parse_target(std::string_view value) {
    if (value == "dbus") return NotifyTarget{};
    if (value.starts_with("unix,/"))
        return NotifyTarget{.kind = Kind::unix_socket, .address = std::string{value.substr(5)}};
    const std::size_t colon = value.rfind(':');
    if (!value.starts_with("tcp,") || colon == value.npos || colon == 4) return std::nullopt;
    const auto port = text::parse_number<std::uint16_t>(value.substr(colon + 1));
    if (!port || *port == 0) return std::nullopt;
    std::string_view host = value.substr(4, colon - 4);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return NotifyTarget{.kind = Kind::tcp, .address = std::string{host}, .port = *port};
}

}    // namespace

std::string set_uuid(ConfigFile& file, std::string_view value) {
    const auto uuid = Uuid::parse(value);
    if (!uuid || uuid->is_nil()) return "expected a uuid, 8-4-4-4-12 hexadecimal digits";
    file.spec.uuid = uuid->text();
    return {};
}

std::string set_startup(ConfigFile& file, std::string_view value) {
    const std::size_t blank = value.find_first_of(" \t");
    const std::string_view word = value.substr(0, blank);
    const std::string_view rest = blank == value.npos ? std::string_view{} : text::trim(value.substr(blank));
    const bool restores = (word == "restore" || word == "restore-del") && !rest.empty();
    if (word == "started" || word == "start")
        file.startup = Startup::started;
    else if (word == "paused")
        file.startup = Startup::paused;
    else if (word == "shutdown" || word == "poweroff")
        file.startup = Startup::shutdown;
    else if (restores)
        file.startup = Startup::restore;
    else
        return "expected started, paused, shutdown, restore <file> or restore-del <file>";
    file.remove_restore_file = word == "restore-del";
    file.restore_file = restores ? rest : std::string_view{};
    return {};
}

std::string set_debug(ConfigFile& file, std::string_view value) {
    const auto on = parse_flag(value);
    if (!on) return "expected a boolean: true or false";
    file.debug = *on;
    return {};
}

std::string set_output(ConfigFile& file, std::string_view value) {
    if (!value.starts_with('/')) return "expected the full path of a file";
    file.debug_file = value;
    return {};
}

// The first line replaces the default, the bus; others add to it.
std::string add_notify(ConfigFile& file, std::string_view value) {
    const auto target = parse_target(value);
    if (!target && value != "none") return std::string{notify_forms};
    if (!file.notify_given || !target) file.notify.clear();
    file.notify_given = true;
    if (target) file.notify.push_back(*target);
    return {};
}

}    // namespace xm::xenvm
