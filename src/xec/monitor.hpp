#pragma once
// `monitor`: prints the signals of the service, one line each, until interrupted or --timeout has passed.

#include "xec/commands.hpp"

#include <chrono>
#include <span>
#include <string>

namespace xm::xec {

// `names`: only these signals; dashes stand for underscores. With an object chosen: only its signals, those of objects
// below it, and those that name it as first or second argument.
int monitor(Session& session, std::span<const std::string> names);

// "<time> <path> <interface>.<signal> <arguments>". Pure.
std::string event_text(const Event& event, const std::string& time);
Json event_json(const Event& event, const std::string& time);

// Local time with milliseconds and offset, "2025-01-31T12:00:00.123+0100".
std::string time_text(std::chrono::system_clock::time_point time);

}    // namespace xm::xec
