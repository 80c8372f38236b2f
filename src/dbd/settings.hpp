#pragma once
// What the command line says, read once at the start.

#include <filesystem>
#include <optional>

namespace xm::dbd {

struct Settings {
    std::filesystem::path database = "/config/db.sqlite";
    std::filesystem::path pidfile;        // empty: none
    std::filesystem::path import_from;    // empty, and the next two: serve
    std::filesystem::path export_to;
    bool recover = false;
    bool debug = false;
};

// Nothing: the command line was answered (--help) or wrong, and `exit_code` says with what to end.
std::optional<Settings> read_settings(int argc, char** argv, int& exit_code);

}    // namespace xm::dbd
