#include "xec/db_commands.hpp"

#include "base/failure.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "xec/db_tree.hpp"
#include "xec/failures.hpp"
#include "xec/names.hpp"
#include "xec/report.hpp"
#include "xec/terminal.hpp"
#include "xec/value_print.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace xm::xec {
namespace {

using Arguments = std::span<const std::string>;

// Every method of the database takes texts and has at most one result.
std::vector<bus::Variant> ask(DbSession& session, const char* interface, const char* method, Arguments texts) {
    Call call{names::database, "/", interface, method};
    for (const auto& text : texts)
        call.arguments.push_back({"s", text});
    return session.client.call(call);
}

bus::Variant ask_one(DbSession& session, const char* method, Arguments texts) {
    const auto results = ask(session, names::database, method, texts);
    if (results.size() != 1) fail(failures::bad_reply, method, "the answer is not one value");
    return results.front();
}

std::string ask_text(DbSession& session, const char* method, const std::string& path) {
    return std::get<std::string>(ask_one(session, method, {&path, 1}).value);
}

// Names in a path; empty ones do not count.
std::vector<std::string_view> segments(std::string_view path) {
    auto parts = text::split(path, '/');
    std::erase(parts, std::string_view{});
    return parts;
}

int read(DbSession& session, Arguments words) {
    session.output.value(ask_one(session, "read", words));
    return exit_done;
}

int write(DbSession& session, Arguments words) {
    const auto parts = segments(words[0]);
    const bool whole_tree = parts.empty() || (parts.size() == 1 && parts[0] == "vm");
    if (whole_tree) fail(failures::refused, quotable(words[0]), "cannot be written as a whole");
    ask(session, names::database, "write", words);
    return exit_done;
}

int rm(DbSession& session, Arguments words) {
    if (segments(words[0]).empty()) {
        session.output.line("bad path");
        return exit_done;
    }
    ask(session, names::database, "rm", words);
    return exit_done;
}

int exists(DbSession& session, Arguments words) {
    const auto answer = ask_one(session, "exists", words);
    if (session.options.quiet) return std::get<bool>(answer.value) ? exit_done : exit_failed;
    session.output.value(answer);
    return exit_done;
}

int nodes(DbSession& session, Arguments words) {
    const auto names = ask_one(session, "list", words);
    if (session.output.is_json()) {
        session.output.value(names);
        return exit_done;
    }
    std::string line;
    for (const auto& name : std::get<std::vector<bus::Variant>>(names.value))
        line += (line.empty() ? "" : " ") + to_text(name);
    session.output.line(line);
    return exit_done;
}

int ls(DbSession& session, Arguments words) {
    const std::string path = words.empty() ? "/" : words[0];
    const auto dump = ask_text(session, "dump", path);
    if (session.output.is_json()) {
        session.output.json(parse_dump(dump));
        return exit_done;
    }
    const auto read_node = [&](const std::string& node) { return ask_text(session, "read", node); };
    session.output.lines(tree_listing(path, parse_dump(dump), session.options.full_paths, read_node));
    return exit_done;
}

int cat(DbSession& session, Arguments words) {
    session.output.bytes(raw_bytes(ask_one(session, "read_binary", words)));
    return exit_done;
}

int dump(DbSession& session, Arguments words) {
    const auto text = ask_text(session, "dump", words.empty() ? "/" : words[0]);
    if (session.output.is_json()) {
        session.output.json(parse_dump(text));
    } else {
        session.output.lines(text.ends_with('\n') ? text : text + '\n');
    }
    return exit_done;
}

// A file's content; "-" or nothing is standard input.
std::string input(Arguments words) {
    const std::string path = words.empty() || words[0] == "-" ? "/dev/stdin" : words[0];
    try {
        return files::read(path);
    } catch (const std::system_error& error) {
        fail(failures::io, quotable(path), "{}", error.code().message());
    }
}

int inject(DbSession& session, Arguments words) {
    const std::string json = words.size() > 1 && words[1] != "-" ? words[1] : input({});
    const std::string arguments[] = {words[0], json};
    ask(session, names::database, "inject", arguments);
    return exit_done;
}

int export_all(DbSession& session, Arguments words) {
    const auto results = ask(session, names::database_store, "export_tree", {});
    const auto& json = std::get<std::string>(results.at(0).value);
    if (words.empty() || words[0] == "-") {
        session.output.lines(json);
    } else {
        try {
            files::replace(words[0], json, 0600);
        } catch (const std::system_error& error) {
            fail(failures::io, quotable(words[0]), "{}", error.code().message());
        }
    }
    return exit_done;
}

int import_all(DbSession& session, Arguments words) {
    const std::string json = input(words);
    ask(session, names::database_store, "import_tree", {&json, 1});
    return exit_done;
}

// clang-format off
constexpr DbCommandRow rows[] = {
    {"read",   "PATH",           1, 1, "print the value of a node; an empty line if there is none",       read},
    {"write",  "PATH VALUE",     2, 2, "store a value, making the nodes above it",                        write},
    {"rm",     "PATH",           1, 1, "remove a node and everything below it",                           rm},
    {"exists", "[-q] PATH",      1, 1, "print true or false; with -q nothing, exit code 0 or 1",          exists},
    {"nodes",  "PATH",           1, 1, "print the names of a node's children on one line",                nodes},
    {"ls",     "[-f] [PATH]",    0, 1, "print the tree below a node; with -f full paths",                 ls},
    {"cat",    "PATH",           1, 1, "write the bytes of a binary node",                                cat},
    {"dump",   "[PATH]",         0, 1, "print the tree below a node as JSON",                             dump},
    {"inject", "PATH [JSON|-]",  1, 2, "replace the tree below a node by JSON (standard input if absent)", inject},
    {"export", "[FILE]",         0, 1, "write the whole database as JSON",                                export_all},
    {"import", "[FILE]",         0, 1, "replace the whole database by what export wrote",                 import_all},
};
// clang-format on

struct DbFlag {
    std::string_view name;
    bool DbOptions::* field;
};
constexpr DbFlag flags[] = {{"--json", &DbOptions::json},
                            {"-q", &DbOptions::quiet},
                            {"-f", &DbOptions::full_paths},
                            {"--help", &DbOptions::help},
                            {"-h", &DbOptions::help}};

}    // namespace

std::span<const DbCommandRow> db_commands() { return rows; }

const DbCommandRow* find_db_command(std::string_view name) {
    const auto row = std::ranges::find(rows, name, &DbCommandRow::name);
    return row == std::end(rows) ? nullptr : &*row;
}

DbOptions parse_db_options(std::span<const char* const> arguments) {
    DbOptions options;
    for (; !arguments.empty(); arguments = arguments.subspan(1)) {
        const auto flag = std::ranges::find(flags, std::string_view{arguments[0]}, &DbFlag::name);
        if (flag == std::end(flags)) break;
        options.*(flag->field) = true;
    }
    options.words.assign(arguments.begin(), arguments.end());
    return options;
}

std::string command_in_program_name(std::string_view argv0) {
    argv0.remove_prefix(argv0.rfind('/') + 1);    // npos + 1 is 0
    if (!argv0.starts_with("db-") || argv0 == "db-cmd") return {};
    return std::string{argv0.substr(3)};
}

std::string db_usage(const DbCommandRow& row) { return fmt::format("usage: db-{} {}\n", row.name, row.arguments); }

std::string db_help() {
    std::string help =
        "usage: db-cmd COMMAND [--json] [ARGUMENT...]   or   db-COMMAND [--json] [ARGUMENT...]\n"
        "Reads and writes the configuration database.\n\nCommands\n";
    for (const auto& row : rows)
        help +=
            "  " + pad_right(fmt::format("{} {}", row.name, row.arguments), 24) + " " + std::string{row.help} + "\n";
    return help +
           "\nOptions\n  --json                   print values and errors as JSON\n"
           "  -h, --help               this text\n"
           "\nExit codes\n  0  done\n  1  wrong arguments, a refused path, no bus; db-exists -q: there is no such "
           "node\n"
           "  2  the database answered with an error\n  3  no answer within 120 seconds\n";
}

}    // namespace xm::xec
