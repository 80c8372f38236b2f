#include "connect/monitor_process.hpp"

#include "base/failure.hpp"
#include "base/pidfd.hpp"
#include "connect/child.hpp"
#include "gen/errors.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace xm::connect {

namespace asio = boost::asio;

void fail_with_exit(const Uuid& uuid, int code) {
    switch (code) {
        case 1:
            fail(errors::monitor_exists, uuid.text(), "xenvm ended with code 1");
        case 2:
            fail(errors::domain_exists, uuid.text(), "xenvm ended with code 2");
        case 3:
            fail(errors::bad_config, uuid.text(), "xenvm ended with code 3");
        default:
            fail(errors::monitor_failed, uuid.text(), "xenvm ended with code {}", code);
    }
}

asio::awaitable<void> run_monitor(Uuid uuid, MonitorCommand command, std::chrono::milliseconds deadline) {
    Child child{command.program, command.arguments, {{"XENVM_SOCKET_DIR", command.socket_directory}}};
    if (child.handle() < 0) fail(errors::monitor_failed, uuid.text(), "no handle for its process");
    if (!co_await readable_within(child.handle(), deadline))
        fail(errors::monitor_timeout, uuid.text(), "xenvm was not ready after {} ms", deadline.count());
    const int status = child.collect();
    if (!WIFEXITED(status)) fail(errors::monitor_failed, uuid.text(), "ended by signal {}", WTERMSIG(status));
    if (status != 0) fail_with_exit(uuid, WEXITSTATUS(status));
}

Fd peer_process(int connected_socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(connected_socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid <= 1) return Fd{};
    if (peer.uid != ::geteuid()) return Fd{};
    Fd process{::pidfd_open(peer.pid, 0)};
    // The id could have been reused before the handle was made; not if its socket is still open afterwards.
    pollfd probe{.fd = connected_socket, .events = POLLRDHUP, .revents = 0};
    if (::poll(&probe, 1, 0) < 0 || (probe.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0) return Fd{};
    return process;
}

void kill_process(const Fd& process) {
    if (process) ::pidfd_send_signal(process.get(), SIGKILL, nullptr, 0);
}

}    // namespace xm::connect
