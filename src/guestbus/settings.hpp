#pragma once
// The command line of xenmgr-guest-bus. The manual is xenmgr-guest-bus(8).

#include <sys/types.h>

#include <optional>
#include <string>

namespace xm::guestbus {

struct Settings {
    std::string socket = "/run/xenmgr/bus";
    mode_t mode = 0666;    // of the socket
};

// Nothing if the process should end at once, with exit_code: after --help, or after an error that was printed.
std::optional<Settings> read_settings(int argc, char** argv, int& exit_code);

}    // namespace xm::guestbus
