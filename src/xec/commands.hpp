#pragma once
// What xec can do with one object: a table of commands. The help text is made from the same rows.

#include "xec/client.hpp"
#include "xec/options.hpp"
#include "xec/output.hpp"

#include <span>
#include <string>
#include <string_view>

namespace xm::xec {

// Everything a command works with; lives in main.
struct Session {
    const Options& options;
    Client& client;
    const Output& output;
    std::string service;
    std::string object;
    std::string usual_interface = {};    // of what is called without arguments; empty: not known before it is asked
};

struct CommandRow {
    std::string_view name;         // first word; "": no words at all; "*": any other word
    std::string_view arguments;    // as shown in the help
    std::size_t least;             // words needed after the name
    bool noted;                    // leaves a line in the system log
    std::string_view help;
    int (*run)(Session& session, std::span<const std::string> words);    // the words after the name
};

std::span<const CommandRow> commands();

// The row for these words; "*" takes what no other row is named. Null if words are missing.
const CommandRow* find_command(std::span<const std::string> words);

// Runs what the options ask for, on session.object. The exit code.
int run_command(Session& session);

}    // namespace xm::xec
