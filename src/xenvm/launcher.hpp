#pragma once
// xenvm --launcher: waits on its standard input for requests (connect/monitor_launch.hpp) and forks a monitor for each.

#include "connect/monitor_launch.hpp"

#include <optional>
#include <span>

namespace xm::xenvm {

// Returns in each fork with what it shall be; nothing, in the launcher itself, when nobody is left who could ask.
std::optional<connect::Launch> launch_monitors();

// What ps and /proc/<pid>/cmdline show of this process: `words` behind the program's name, as far as there is room in
// what it was started with.
void show_as_command_line(std::span<char* const> argv, const StringList& words);

}    // namespace xm::xenvm
