#pragma once
// Logging for every process: one line per event, fixed words first, then key=value. Under systemd the journal
// adds time and unit, so lines to a terminal carry them and lines to a service's stderr do not.

#include <spdlog/spdlog.h>

#include <string>

namespace xm::log {

using spdlog::debug;
using spdlog::error;
using spdlog::info;
using spdlog::warn;

struct Options {
    std::string ident;    // program name, first word of each line
    bool debug = false;
};

void start(const Options& options);

}    // namespace xm::log
