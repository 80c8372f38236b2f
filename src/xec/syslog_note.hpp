#pragma once
// One line in the system log for each command that may change something. Never the arguments: they may be secrets.

#include "xec/commands.hpp"

#include <span>
#include <string>

namespace xm::xec {

// "service=... object=... member=... arguments=N". Pure.
std::string invocation_line(const std::string& service, const std::string& object, std::span<const std::string> words);

// Best effort: does nothing where no system log listens.
void note_invocation(const Session& session, std::span<const std::string> words);

}    // namespace xm::xec
