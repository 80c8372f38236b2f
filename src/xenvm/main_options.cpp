// The command line of xenvm, the only file that knows CLI11.
#include "xenvm/settings.hpp"

#include "xenvm/sim_faults.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

namespace xm::xenvm {
namespace {

constexpr int bad_usage = 3;
constexpr int most_mib = 16 << 20;    // 16 TiB

void declare(CLI::App& app, Settings& settings, bool& no_daemonize, bool& help_faults) {
    const std::map<std::string, EngineKind> engines{
        {"auto", EngineKind::automatic}, {"xl", EngineKind::xen}, {"sim", EngineKind::simulated}};
    app.add_option("--config,config", settings.config_path, "Configuration file");
    app.add_option("--uuid", settings.uuid, "The machine's uuid; overrides the file");
    app.add_flag("--strict-config", settings.strict_config, "A mistake in the file ends the process with code 3");
    app.add_flag("--no-daemonize", no_daemonize, "Stay in the foreground");
    app.add_option("--monitor-dbus", settings.bus, "Commands over D-Bus: true or false")->capture_default_str();
    app.add_option("--monitor-json", settings.socket, "Commands over the unix socket: true or false")
        ->capture_default_str();
    app.add_flag("--monitor-dbus-session", settings.session_bus, "Use the session bus");
    app.add_flag("--adopt", settings.adopt, "Take over the domain of this machine, if there is one");
    app.add_flag("--syslog", settings.syslog, "Log to syslog instead of stderr");
    app.add_flag("--debug", settings.debug, "Log more");
    app.add_option("--engine", settings.engine, "xl: Xen; sim: a simulated guest; auto: Xen where there is one")
        ->transform(CLI::Transformer(engines).description("{auto,sim,xl}"));
    app.add_option("--sim-host-memory", settings.sim_host_memory_mib,
                   "MiB that all simulated domains may have; 0: no limit")
        ->check(CLI::Range(0, most_mib));
    app.add_flag("--help-faults", help_faults, "List what a simulated guest can be told to do wrong");
    app.footer(
        "Exit codes: 1 another monitor serves this uuid, 2 a domain of this uuid exists, 3 bad configuration.\n"
        "XENVM_SOCKET_DIR: directory of sockets and simulated domains, default /run/xenvm.");
}

}    // namespace

std::optional<Settings> read_settings(StringList words, int& exit_code) {
    Settings settings;
    bool no_daemonize = false;
    bool help_faults = false;
    CLI::App app{"Monitor of one virtual machine", "xenvm"};
    declare(app, settings, no_daemonize, help_faults);
    try {
        std::ranges::reverse(words);    // as CLI11 wants them
        app.parse(std::move(words));
    } catch (const CLI::ParseError& error) {
        exit_code = app.exit(error) == 0 ? 0 : bad_usage;
        return std::nullopt;
    }
    if (help_faults) {
        std::fputs(sim_fault_help().c_str(), stdout);
        exit_code = 0;
        return std::nullopt;
    }
    settings.daemonize = !no_daemonize;
    if (const char* directory = std::getenv("XENVM_SOCKET_DIR"); directory && *directory) settings.run_dir = directory;
    return settings;
}

}    // namespace xm::xenvm
