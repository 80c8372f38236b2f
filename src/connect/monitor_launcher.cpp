#include "connect/monitor_launcher.hpp"

#include "base/failure.hpp"
#include "connect/child.hpp"
#include "connect/monitor_launch.hpp"
#include "gen/errors.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace xm::connect {

namespace {

using FileIdentity = std::tuple<dev_t, ino_t, time_t>;

FileIdentity identity_of(const std::filesystem::path& file) {
    struct stat found{};
    ::stat(file.c_str(), &found);
    return {found.st_dev, found.st_ino, found.st_mtim.tv_sec};
}

struct Pair {
    Fd ours, theirs;
};

Pair packet_pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return {};
    return {Fd{ends[0]}, Fd{ends[1]}};
}

Pair report_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return {};
    return {Fd{ends[0]}, Fd{ends[1]}};
}

StringList launcher_words() { return {std::string{launcher_option}, std::string(command_line_room, ' ')}; }

}    // namespace

struct MonitorLauncher::Process {
    Process(const MonitorCommand& command, Pair sockets)
        : program{identity_of(command.program)},
          socket{std::move(sockets.ours)},
          child{command.program,
                launcher_words(),
                {{"XENVM_SOCKET_DIR", command.socket_directory}, {bind_now, "1"}},
                sockets.theirs.get()} {}

    FileIdentity program;
    Fd socket;
    Child child;
};

MonitorLauncher::MonitorLauncher() = default;
MonitorLauncher::~MonitorLauncher() = default;

Fd MonitorLauncher::ask(const MonitorCommand& command) {
    if (process_ && process_->program != identity_of(command.program)) process_.reset();
    for (const bool fresh : {!process_, true}) {
        if (fresh) process_ = std::make_unique<Process>(command, packet_pair());
        Pair reports = report_pipe();
        const Launch launch{command.arguments, std::move(reports.theirs)};
        if (launch.report && send_launch(process_->socket.get(), launch)) return std::move(reports.ours);
        process_.reset();
        if (fresh) break;
    }
    return Fd{};
}

boost::asio::awaitable<void> MonitorLauncher::run(Uuid uuid, MonitorCommand command,
                                                  std::chrono::milliseconds deadline) {
    const Fd reports = ask(command);
    if (!reports) co_return co_await run_monitor(uuid, std::move(command), deadline);
    if (!co_await readable_within(reports.get(), deadline)) {
        process_.reset();
        fail(errors::monitor_timeout, uuid.text(), "xenvm was not ready after {} ms", deadline.count());
    }
    unsigned char code = 0;
    if (::read(reports.get(), &code, 1) == 1) {
        if (code != 0) fail_with_exit(uuid, code);
        co_return;
    }
    // It ended without a word: alone it says more.
    process_.reset();
    co_await run_monitor(uuid, std::move(command), deadline);
}

}    // namespace xm::connect
