#pragma once
// Monitor processes: starting one and waiting until it is ready, and ending one without ever hitting a stranger.

#include "base/fd.hpp"
#include "base/uuid.hpp"
#include "base/value.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <filesystem>

namespace xm::connect {

struct MonitorCommand {
    std::filesystem::path program;
    StringList arguments;                      // without the program's name
    std::filesystem::path socket_directory;    // given in the environment
};

// Returns when the monitor serves its socket: the process that was started forks the daemon and ends with 0.
// Failures: errors::monitor_exists, domain_exists, bad_config (its exit codes 1, 2, 3), monitor_failed, monitor_timeout
// (then the process that was started is killed).
boost::asio::awaitable<void> run_monitor(Uuid uuid, MonitorCommand command, std::chrono::milliseconds deadline);

// What exit codes of a monitor mean, as failures; see run_monitor().
[[noreturn]] void fail_with_exit(const Uuid& uuid, int code);

// The process that listens behind a connected socket, as a handle that survives reuse of process ids. Empty if it has
// gone already.
Fd peer_process(int connected_socket);

void kill_process(const Fd& process);    // SIGKILL; nothing if it has ended

}    // namespace xm::connect
