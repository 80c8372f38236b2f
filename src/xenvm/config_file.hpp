#pragma once
// The monitor's configuration file: lines "key = value", blanks around both ignored, "#" starts a comment line, lines
// without "=" are ignored, keys of lists may be repeated. Every mistake is found in one pass and named with its line;
// a line with a mistake has no effect.

#include "model/guest_spec.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace xm::xenvm {

enum class Startup : std::uint8_t { started, paused, shutdown, restore };

struct ConfigFile {
    model::GuestSpec spec;
    Startup startup = Startup::started;
    std::string restore_file;            // startup restore, restore-del
    bool remove_restore_file = false;    // restore-del
    bool debug = false;
    std::string debug_file;    // empty: /tmp/xenvm-debug-<uuid>
    bool notify_on_bus = true;
};

struct ConfigProblem {
    int line;    // from 1; 0: about the file as a whole
    std::string text;
};

struct ParsedConfig {
    ConfigFile config;
    std::vector<ConfigProblem> problems;
};

ParsedConfig parse_config(std::string_view untrusted_text);

}    // namespace xm::xenvm
