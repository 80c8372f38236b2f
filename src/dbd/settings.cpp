#include "dbd/settings.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace xm::dbd {
namespace {

constexpr int bad_usage = 2;

void declare(CLI::App& app, Settings& settings, bool& ignored) {
    app.add_option("--database", settings.database, "The database file; made if it is missing")->capture_default_str();
    app.add_option("--pidfile", settings.pidfile, "Write the process id there once requests are answered");
    app.add_flag("--debug", settings.debug, "Log every change");
    app.add_flag("--no-daemonize", ignored, "Accepted for old scripts; dbd always stays in the foreground");
    auto* import =
        app.add_option("--import", settings.import_from,
                       "Fill an empty database from a JSON file, or from a directory with db, vms, dom-store");
    auto* save = app.add_option("--export", settings.export_to, "Write the whole tree to a JSON file");
    auto* recover = app.add_flag("--recover", settings.recover, "Keep what can be read of a damaged database");
    import->excludes(save)->excludes(recover);
    save->excludes(recover);
    app.footer(
        "Without --import, --export or --recover: serves com.citrix.xenclient.db on the system bus. SIGHUP reads the\n"
        "file again, SIGTERM ends after the last commit.\n"
        "Exit codes: 1 failed, 2 bad usage, 3 another process has the database, 4 the database is damaged.");
}

}    // namespace

std::optional<Settings> read_settings(int argc, char** argv, int& exit_code) {
    Settings settings;
    CLI::App app{"Configuration database of the VM manager"};
    bool ignored = false;
    declare(app, settings, ignored);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        exit_code = app.exit(error) == 0 ? 0 : bad_usage;
        return std::nullopt;
    }
    return settings;
}

}    // namespace xm::dbd
