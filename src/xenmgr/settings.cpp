#include "xenmgr/settings.hpp"

#include <CLI/CLI.hpp>

namespace xm::xenmgr {
namespace {

std::filesystem::path beside_this_program(const char* name) {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::filesystem::path{name} : self.parent_path() / name;
}

}    // namespace

std::optional<Settings> read_settings(int argc, char** argv, int& exit_code) {
    Settings settings;
    settings.monitor = beside_this_program("xenvm");
    CLI::App app{
        "xenmgr: creates, runs and watches the virtual machines of this host; serves "
        "com.citrix.xenclient.xenmgr on the system bus. Needs dbd."};
    app.set_help_flag("-h,--help", "Show this text");
    app.set_version_flag("--version", XENMGR_VERSION);
    bool foreground = false;
    bool no_autostart = false;
    app.add_flag("--no-daemonize", foreground, "Stay in the foreground, log to stderr");
    app.add_flag("--no-autostart", no_autostart, "Start no VM at start-up");
    app.add_option("--writepid", settings.pid_file, "Write the process id to FILE")->type_name("FILE")->expected(0, 1);
    app.add_option("--run-dir", settings.run_dir, "Folder of the monitors' sockets")->capture_default_str();
    app.add_option("--data-dir", settings.data_dir, "Folder that holds templates/")->capture_default_str();
    app.add_option("--flavour-file", settings.flavour_file, "Its first line names the set of templates")
        ->capture_default_str();
    app.add_option("--host-root", settings.host_root, "Folder with the host's sys/, etc/ and config/, for tests")
        ->capture_default_str();
    app.add_option("--engine", settings.engine, "What runs VMs: auto takes Xen where there is one")
        ->check(CLI::IsMember({"auto", "sim", "xl"}))
        ->capture_default_str();
    app.add_option("--monitor", settings.monitor, "The xenvm program")->capture_default_str();
    app.add_flag("--session", settings.session_bus, "Serve on the session bus");
    app.add_flag("--debug", settings.debug, "Log more");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        const int code = app.exit(e);
        exit_code = code == 0 ? 0 : 2;
        return std::nullopt;
    }
    settings.daemonize = !foreground;
    settings.autostart = !no_autostart;
    return settings;
}

}    // namespace xm::xenmgr
