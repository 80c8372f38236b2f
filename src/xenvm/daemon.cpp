#include "xenvm/daemon.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace xm::xenvm {
namespace {

constexpr int died_early = 4;    // the daemon ended without a report

[[noreturn]] void wait_for_report(const Fd& reports) {
    unsigned char code = 0;
    ssize_t got = 0;
    do
        got = ::read(reports.get(), &code, 1);
    while (got < 0 && errno == EINTR);
    ::_exit(got == 1 ? code : died_early);
}

void leave_the_starter() {
    ::signal(SIGPIPE, SIG_IGN);
    ::setsid();
    if (::chdir("/") != 0) throw std::system_error{errno, std::system_category(), "chdir /"};
}

}    // namespace

bool Readiness::report(int exit_code) {
    if (!waiting_) return true;
    const auto code = static_cast<unsigned char>(exit_code);
    const bool heard = ::write(waiting_.get(), &code, 1) == 1;
    waiting_ = Fd{};
    if (exit_code == 0) {
        const Fd null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
        ::dup2(null.get(), STDIN_FILENO);
        ::dup2(null.get(), STDOUT_FILENO);
    }
    return heard || wanted_alone_;
}

Readiness daemonize() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error{errno, std::system_category(), "pipe"};
    Fd reading{ends[0]};
    Fd writing{ends[1]};
    const pid_t child = ::fork();
    if (child < 0) throw std::system_error{errno, std::system_category(), "fork"};
    if (child > 0) {
        writing = Fd{};
        wait_for_report(reading);
    }
    leave_the_starter();
    return Readiness{std::move(writing)};
}

Readiness become_daemon(Fd reports) {
    leave_the_starter();
    return Readiness{std::move(reports), true};
}

}    // namespace xm::xenvm
