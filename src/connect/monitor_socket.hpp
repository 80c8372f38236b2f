#pragma once
// Both ends of a monitor's unix socket. Failures: errors::bad_path for a path that is too long, else std::system_error.

#include "base/fd.hpp"

#include <filesystem>

namespace xm::connect {

// Connects without waiting: a unix socket is either there or not. Empty if nobody listens (any more).
// A listener whose queue is full fails with errors::monitor_timeout: it exists and does not answer.
Fd connect_to_monitor(const std::filesystem::path& socket);

// A socket that accepts connections: what was there under this name is removed first, mode 0600.
// Only for the holder of the machine's lock.
Fd listen_on(const std::filesystem::path& socket);

}    // namespace xm::connect
