#pragma once
// What the command line and the environment say, read once at the start.

#include "base/value.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace xm::xenvm {

enum class EngineKind : std::uint8_t { automatic, xen, simulated };

struct Settings {
    std::filesystem::path config_path;    // empty: every start brings its own spec
    std::string uuid;                     // as given; overrides the file's
    bool strict_config = false;
    bool daemonize = true;
    bool bus = true;    // command interface on D-Bus
    bool session_bus = false;
    bool socket = false;    // command interface on the unix socket
    bool adopt = false;     // take over a domain that exists
    bool syslog = false;    // log there instead of to stderr
    bool debug = false;
    EngineKind engine = EngineKind::automatic;
    std::int64_t sim_host_memory_mib = 0;            // 0: no limit
    std::filesystem::path run_dir = "/run/xenvm";    // XENVM_SOCKET_DIR
};

// Nothing: the command line was answered (--help, --help-faults) or wrong, and `exit_code` says with what to end.
std::optional<Settings> read_settings(StringList words, int& exit_code);

}    // namespace xm::xenvm
