#pragma once
// The db-* tools: a table of commands on the configuration database. db-read is db-cmd read, and so on.

#include "xec/client.hpp"
#include "xec/options.hpp"
#include "xec/output.hpp"

#include <span>
#include <string>
#include <string_view>

namespace xm::xec {

struct DbOptions {
    bool json = false;          // --json
    bool quiet = false;         // -q: the exit code is the answer
    bool full_paths = false;    // -f
    bool help = false;          // -h, --help
    Words words;                // from the first word that is none of the options above
};

struct DbSession {
    Client& client;
    const Output& output;
    const DbOptions& options;
};

struct DbCommandRow {
    std::string_view name;
    std::string_view arguments;
    std::size_t least, most;    // words after the name
    std::string_view help;
    int (*run)(DbSession& session, std::span<const std::string> words);
};

std::span<const DbCommandRow> db_commands();
const DbCommandRow* find_db_command(std::string_view name);

DbOptions parse_db_options(std::span<const char* const> arguments);

// "read" for a program called db-read; empty for any other name.
std::string command_in_program_name(std::string_view argv0);

std::string db_usage(const DbCommandRow& row);
std::string db_help();

}    // namespace xm::xec
