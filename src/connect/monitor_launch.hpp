#pragma once
// What xenmgr and a launcher say to each other. A launcher is a xenvm that has loaded everything and serves no VM: each
// monitor is a fork of it, which spares loading the program for every VM, and shares the memory of what was loaded.
// A request is one packet on a unix socket of type SOCK_SEQPACKET: the words of the monitor's command line, a NUL after
// each, and with them the writing end of a pipe. The fork writes its exit code there, 0 once it serves its socket.

#include "base/fd.hpp"
#include "base/value.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace xm::connect {

inline constexpr std::string_view launcher_option = "--launcher";
// A launcher gets a second word of so many blanks: room for what its forks show as their own command line.
inline constexpr std::size_t command_line_room = 512;
// A launcher's variable (ld.so(8)): it looks up all functions when it starts, so that no fork does it again.
inline constexpr auto bind_now = "LD_BIND_NOW";
inline constexpr std::size_t launch_limit = std::size_t{16} << 10;    // bytes of the words

struct Launch {
    StringList arguments;    // without the program's name
    Fd report;
};

bool send_launch(int socket, const Launch& launch);    // never waits; false: nobody takes it
std::optional<Launch> receive_launch(int socket);      // waits; nothing: the other side has gone

}    // namespace xm::connect
