#include "connect/monitor_process.hpp"

#include "base/failure.hpp"
#include "base/pidfd.hpp"
#include "gen/errors.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <system_error>

extern char** environ;

namespace xm::connect {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

namespace {

// A child of ours: ended and collected when this object goes.
class Child {
public:
    explicit Child(pid_t pid) : pid_{pid}, handle_{::pidfd_open(pid, 0)} {}
    ~Child() {
        if (pid_ < 0) return;
        ::kill(pid_, SIGKILL);    // not collected yet, so the id is still its own
        ::waitpid(pid_, nullptr, 0);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    int handle() const { return handle_.get(); }
    int collect() {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = -1;
        return status;
    }

private:
    pid_t pid_;
    Fd handle_;
};

std::vector<std::string> environment_with(const std::filesystem::path& socket_directory) {
    constexpr std::string_view name = "XENVM_SOCKET_DIR=";
    std::vector<std::string> result;
    for (char** entry = environ; *entry != nullptr; ++entry)
        if (!std::string_view{*entry}.starts_with(name)) result.emplace_back(*entry);
    result.push_back(std::string{name} + socket_directory.string());
    return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

pid_t spawn(const MonitorCommand& command) {
    std::vector<std::string> arguments{command.program.string()};
    arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
    std::vector<std::string> environment = environment_with(command.socket_directory);

    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, command.program.c_str(), nullptr, &attributes, pointers(arguments).data(),
                                    pointers(environment).data());
    posix_spawnattr_destroy(&attributes);
    if (error != 0) fail(errors::monitor_failed, command.program, "{}", std::system_category().message(error));
    return pid;
}

[[noreturn]] void raise_exit(const Uuid& uuid, int status) {
    if (!WIFEXITED(status)) fail(errors::monitor_failed, uuid.text(), "ended by signal {}", WTERMSIG(status));
    switch (WEXITSTATUS(status)) {
        case 1:
            fail(errors::monitor_exists, uuid.text(), "xenvm ended with code 1");
        case 2:
            fail(errors::domain_exists, uuid.text(), "xenvm ended with code 2");
        case 3:
            fail(errors::bad_config, uuid.text(), "xenvm ended with code 3");
        default:
            fail(errors::monitor_failed, uuid.text(), "xenvm ended with code {}", WEXITSTATUS(status));
    }
}

// True when `fd` became readable, false at the deadline.
asio::awaitable<bool> readable_within(int fd, std::chrono::milliseconds deadline) {
    const auto executor = co_await asio::this_coro::executor;
    const auto watched = std::make_shared<asio::posix::stream_descriptor>(executor, ::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    asio::steady_timer timer{executor, deadline};
    timer.async_wait([weak = std::weak_ptr{watched}](const ErrorCode& error) {
        if (const auto descriptor = weak.lock(); descriptor && !error) descriptor->cancel();
    });
    ErrorCode error;
    co_await watched->async_wait(asio::posix::stream_descriptor::wait_read,
                                 asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
}

}    // namespace

asio::awaitable<void> run_monitor(Uuid uuid, MonitorCommand command, std::chrono::milliseconds deadline) {
    Child child{spawn(command)};
    if (child.handle() < 0) fail(errors::monitor_failed, uuid.text(), "no handle for its process");
    if (!co_await readable_within(child.handle(), deadline))
        fail(errors::monitor_timeout, uuid.text(), "xenvm was not ready after {} ms", deadline.count());
    const int status = child.collect();
    if (status != 0) raise_exit(uuid, status);
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
