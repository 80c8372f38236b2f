// db-cmd, and under their own names db-read, db-write, db-rm...: the configuration database from the command line.

#include "xec/db_commands.hpp"
#include "xec/report.hpp"
#include "xec/terminal.hpp"

#include <fmt/format.h>

using namespace xm::xec;

namespace {

int run(std::string name, const DbOptions& options, const Output& output) {
    std::span<const std::string> words{options.words};
    if (name.empty() && !words.empty()) {
        name = words[0];
        words = words.subspan(1);
    }
    const auto* command = find_db_command(name);
    if (command == nullptr) {
        if (!name.empty()) warn_user({.program = "db-cmd"}, fmt::format("there is no command '{}'", quotable(name)));
        output.lines(db_help());
        return exit_failed;
    }
    if (words.size() < command->least || words.size() > command->most) {
        output.lines(db_usage(*command));
        return exit_failed;
    }
    Client client{Bus::system, std::chrono::seconds{120}};
    DbSession session{client, output, options};
    return command->run(session, words);
}

}    // namespace

int main(int argc, char** argv) {
    Reporting reporting{.program = "db-cmd", .json = false, .error_reply = exit_db_error};
    return run_reporting(reporting, [&] {
        auto name = argc > 0 ? command_in_program_name(argv[0]) : std::string{};
        std::span<const char* const> arguments{argv + 1, static_cast<std::size_t>(argc - 1)};
        const auto options = parse_db_options(arguments);
        reporting.json = options.json;
        const Output output{{.json = options.json, .raw = false}};
        if (options.help) {
            output.lines(db_help());
            return int{exit_done};
        }
        const int code = run(std::move(name), options, output);
        output.flush();
        return code;
    });
}
