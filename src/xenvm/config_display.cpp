#include "xenvm/config_display.hpp"

#include "base/text.hpp"
#include "xenvm/config_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace xm::xenvm {
namespace {

using Protocol = Display::Protocol;

constexpr int first_vnc_port = 5900;
constexpr std::string_view protocols[] = {"none", "vnc", "sdl", "intel"};    // in the order of Protocol

// Of vnc: use-port-unused, port, keymap.
std::string set_option(Display& display, std::string_view option) {
    const std::size_t equals = std::min(option.find('='), option.size());
    const std::string_view name = option.substr(0, equals);
    const std::string_view value = equals == option.size() ? "" : option.substr(equals + 1);
    if (name == "keymap" && !value.empty()) {
        display.keymap = value;
    } else if (name == "port") {
        const auto port = text::parse_number<std::uint16_t>(value);
        if (!port || *port < first_vnc_port) return fmt::format("expected a port from {} on", first_vnc_port);
        display.port = *port;
    } else if (name == "use-port-unused") {
        const auto on = value.empty() ? true : parse_flag(value);
        if (!on) return "expected true or false of use-port-unused";
        if (*on) display.port = 0;
    } else {
        return "expected use-port-unused, port=<number> or keymap=<name> after vnc:";
    }
    return {};
}

void add(model::GuestSpec& spec, std::string_view key, std::string_view value) {
    spec.extra.push_back(fmt::format("{}={}", key, value));
}

void show_vnc(model::GuestSpec& spec, const Display& display) {
    add(spec, "vnc", "1");
    add(spec, "vncunused", display.port == 0 ? "1" : "0");
    if (display.port != 0) add(spec, "vncdisplay", std::to_string(display.port - first_vnc_port));
    if (!display.keymap.empty()) add(spec, "keymap", display.keymap);
}

}    // namespace

std::string set_display(ConfigFile& file, std::string_view value) {
    const std::size_t colon = std::min(value.find(':'), value.size());
    const auto found = std::ranges::find(protocols, value.substr(0, colon));
    if (found == std::end(protocols)) return "expected none, vnc, sdl or intel";
    Display display{.protocol = static_cast<Protocol>(found - std::begin(protocols)), .given = true};
    const std::string_view options = colon == value.size() ? "" : value.substr(colon + 1);
    for (const auto option : text::split(options, ',')) {
        if (text::trim(option).empty()) continue;
        if (display.protocol != Protocol::vnc) return fmt::format("expected no options after {}", *found);
        if (auto complaint = set_option(display, text::trim(option)); !complaint.empty()) return complaint;
    }
    file.display = std::move(display);
    return {};
}

void show_display(ConfigFile& file) {
    const Display& display = file.display;
    model::GuestSpec& spec = file.spec;
    const bool hvm = spec.virt_type == model::VirtType::hvm;
    if (!hvm) {
        if (display.given && display.protocol != Protocol::none)
            file.remarks.emplace_back("display: has no effect, only an hvm machine has a screen");
        return;
    }
    switch (display.protocol) {
        case Protocol::none:
            spec.vga = "none";
            spec.nographic = true;
            break;
        case Protocol::vnc:
            return show_vnc(spec, display);
        case Protocol::sdl:
            return add(spec, "sdl", "1");
        case Protocol::intel:
            spec.display = "intel";
            file.remarks.emplace_back("display: intel needs a display handler of the platform, none is told");
            break;
    }
}

}    // namespace xm::xenvm
