#pragma once
// The monitor's configuration file: lines "key = value", blanks around both ignored, "#" starts a comment line, lines
// without "=" are ignored, keys of lists may be repeated. Every mistake is found in one pass and named with its line;
// a line with a mistake has no effect. xenvm.cfg(5) describes the keys.

#include "model/guest_spec.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xenvm {

enum class Startup : std::uint8_t { started, paused, shutdown, restore };

struct NotifyTarget {
    enum class Kind : std::uint8_t { bus, unix_socket, tcp };
    Kind kind = Kind::bus;
    std::string address = {};    // path of the socket, or IP address
    std::uint16_t port = 0;      // tcp

    bool operator==(const NotifyTarget&) const = default;
};

// The screen of an hvm machine.
struct Display {
    enum class Protocol : std::uint8_t { none, vnc, sdl, intel };
    Protocol protocol = Protocol::vnc;
    bool given = false;
    int port = 0;    // vnc; 0: any free one
    std::string keymap = {};
};

struct ConfigFile {
    model::GuestSpec spec;
    Startup startup = Startup::started;
    std::string restore_file;            // startup restore, restore-del
    bool remove_restore_file = false;    // restore-del
    bool debug = false;
    std::string debug_file;    // empty: /tmp/xenvm-debug-<uuid>
    bool notify_given = false;
    std::vector<NotifyTarget> notify{NotifyTarget{}};
    Display display;
    std::vector<std::string> remarks;    // of the line just read: what has no effect here, and why
};

struct ConfigProblem {
    int line;    // from 1; 0: about the file as a whole
    std::string text;
};

struct ParsedConfig {
    ConfigFile config;
    std::vector<ConfigProblem> problems;
    std::vector<ConfigProblem> remarks;    // not wrong, but without effect
    bool usable = true;                    // false: no machine can be made of what is right in it
};

using ConfigSettings = std::map<std::string, std::string, std::less<>>;

// `settings` replace what the file says of their keys; each counts as a line after the last.
ParsedConfig parse_config(std::string_view untrusted_text, const ConfigSettings& settings = {});

}    // namespace xm::xenvm
