#pragma once
// What the command line says, read once at the start.

#include <filesystem>
#include <optional>
#include <string>

namespace xm::xenmgr {

struct Settings {
    std::filesystem::path run_dir = "/run/xenvm";        // sockets of the monitors
    std::filesystem::path data_dir = XENMGR_DATA_DIR;    // templates/<flavour>
    std::filesystem::path flavour_file = "/etc/xenclient.flavour";
    std::filesystem::path host_root = "/";    // where devices and files of the host are found
    std::filesystem::path monitor;            // program; default: xenvm beside this one
    std::filesystem::path pid_file;           // empty: none
    std::string engine = "auto";              // handed to the monitors
    bool daemonize = true;
    bool autostart = true;
    bool debug = false;
    bool session_bus = false;
};

// Nothing: the command line was answered (--help) or wrong, and `exit_code` says with what to end.
std::optional<Settings> read_settings(int argc, char** argv, int& exit_code);

}    // namespace xm::xenmgr
