#pragma once
// What the command line, the environment and the configuration file say, read once at the start.

#include "base/uuid.hpp"
#include "xenvm/command_table.hpp"
#include "xenvm/config_file.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace xm::xenvm {

enum class EngineKind : std::uint8_t { automatic, simulated };

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
std::optional<Settings> read_settings(int argc, char** argv, int& exit_code);

// The configuration file in its present form. Mistakes are logged; in strict mode they fail with errors::bad_config.
class FileConfig final : public SpecSource {
public:
    FileConfig(std::filesystem::path path, bool strict);    // an empty path: there is no file

    model::GuestSpec spec() const override;
    void reload() override;

    const std::optional<ConfigFile>& file() const { return file_; }
    void set_uuid(const Uuid& uuid) { uuid_ = uuid.text(); }

private:
    std::filesystem::path path_;
    bool strict_;
    std::string uuid_;
    std::optional<ConfigFile> file_;
};

}    // namespace xm::xenvm
