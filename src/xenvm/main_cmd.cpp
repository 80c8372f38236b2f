// xenvm-cmd: one command to the monitor of a machine, its result on stdout; or the machine's console on this terminal.
// Exit code 1 on an error or time-out.

#include "base/failure.hpp"
#include "base/uuid.hpp"
#include "connect/monitor_run_dir.hpp"
#include "gen/errors.hpp"
#include "xenvm/call_bus.hpp"
#include "xenvm/console.hpp"
#include "xenvm/socket_call.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace xm;

struct Options {
    bool use_socket = false;
    bool session_bus = false;
    int reply_timeout_s = 60;
    std::string uuid;
    std::string command;
    std::vector<std::string> parameters;
};

void declare(CLI::App& app, Options& options) {
    app.add_flag("--use-socket", options.use_socket,
                 "Over the unix socket; otherwise the bus is used if there is no socket");
    app.add_flag("--session-bus", options.session_bus, "The session bus instead of the system bus");
    app.add_option("--reply-timeout", options.reply_timeout_s, "Seconds to wait for the answer")
        ->check(CLI::Range(1, 7 * 24 * 3600))
        ->capture_default_str();
    app.add_option("uuid", options.uuid, "The machine")->required();
    app.add_option("command", options.command, "The command; help lists them. console: the guest's console, here")
        ->required();
    app.add_option("parameters", options.parameters, "key=value");
    app.footer("XENVM_SOCKET_DIR: directory of the sockets, default /run/xenvm.");
}

StringMap parse_parameters(const std::vector<std::string>& texts) {
    StringMap result;
    for (const std::string& text : texts) {
        const std::size_t equals = text.find('=');
        if (equals == std::string::npos) fail(errors::invalid_arguments, text, "expected key=value");
        result[text.substr(0, equals)] = text.substr(equals + 1);
    }
    return result;
}

std::filesystem::path run_dir() {
    const char* directory = std::getenv("XENVM_SOCKET_DIR");
    return directory && *directory ? directory : "/run/xenvm";
}

std::string ask(const Options& options, const std::string& command) {
    const auto uuid = Uuid::parse(options.uuid);
    if (!uuid) fail(errors::invalid_uuid, options.uuid, "expected 8-4-4-4-12 hexadecimal digits");
    const std::chrono::seconds limit{options.reply_timeout_s};
    const StringMap parameters = parse_parameters(options.parameters);
    const connect::MonitorRunDir directory{run_dir()};
    if (options.use_socket || std::filesystem::exists(directory.socket(*uuid)))
        return xenvm::call_over_socket(directory, *uuid, command, parameters, limit);
    return xenvm::call_over_bus(*uuid, command, parameters, {.limit = limit, .session_bus = options.session_bus});
}

// The end of a guest is a good end of its console.
void show_console(const Options& options) {
    const std::string path = ask(options, "get-console");
    const bool watched = ::isatty(STDIN_FILENO) == 1;
    if (watched) std::fprintf(stderr, "Console of the guest; leave it with Ctrl-].\n");
    const auto end = xenvm::attach_console(path, STDIN_FILENO, STDOUT_FILENO);
    if (watched) std::fprintf(stderr, "\n%s\n", end == xenvm::ConsoleEnd::left ? "Left." : "The console has gone.");
}

void run(const Options& options) {
    if (options.command == "console") return show_console(options);
    const std::string result = ask(options, options.command);
    if (!result.empty()) std::printf("%s%s", result.c_str(), result.ends_with('\n') ? "" : "\n");
}

}    // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app{"One command to the monitor of a virtual machine"};
    declare(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 1;
    }
    try {
        run(options);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "xenvm-cmd: %s\n", error.what());
        return 1;
    }
}
