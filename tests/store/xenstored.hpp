#pragma once
// Debian's xenstored, for one test, in a folder of its own, with domains as the test wants them
// (hypervisor_played.c). With XENSTORE_REAL=1 in the environment it is the daemon of the host that the test runs on:
// then tests with the tag [played] are left out, because they stop the daemon or make domains.

#include "connect/store/libxenstore.hpp"
#include "fakes/scratch_dir.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace xm::test {

class Xenstored {
public:
    explicit Xenstored(std::vector<std::string> options = {}) : options_{std::move(options)} {
        std::filesystem::create_directory(domains());
        if (!real()) start();
    }
    ~Xenstored() { kill(); }
    Xenstored(const Xenstored&) = delete;
    Xenstored& operator=(const Xenstored&) = delete;

    static bool real() { return std::getenv("XENSTORE_REAL") != nullptr; }

    std::string socket() const { return real() ? "" : (folder() / "socket").string(); }
    std::filesystem::path folder() const { return scratch_.path() / "run"; }
    std::filesystem::path domains() const { return scratch_.path() / "domains"; }

    void start() {
        std::filesystem::create_directories(folder());
        pid_ = ::fork();
        if (pid_ == 0) become_daemon();
        while (!listens())
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    void kill() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }
    void stop() {    // it hangs
        ::kill(pid_, SIGSTOP);
        ::waitpid(pid_, nullptr, WUNTRACED);
    }
    void go_on() { ::kill(pid_, SIGCONT); }

    // Over a connection of its own, now.
    void write_beside(const std::string& path, const std::string& value) const {
        xs_handle* handle = xs_open(0);
        const bool written =
            xs_write(handle, XBT_NULL, path.c_str(), value.data(), static_cast<unsigned>(value.size()));
        xs_close(handle);
        REQUIRE(written);
    }
    void fire(char channel) const {
        const int events = ::open((domains() / "events").c_str(), O_WRONLY | O_CLOEXEC);
        REQUIRE(::write(events, &channel, 1) == 1);
        ::close(events);
    }

private:
    [[noreturn]] void become_daemon() {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::close_range(3, ~0U, 0);        // what the test has open is not its own
        ::unsetenv("XENSTORED_PATH");    // of a test before
        ::setenv("XENSTORED_RUNDIR", folder().c_str(), 1);
        ::setenv("XENSTORED_DOMAINS", domains().c_str(), 1);
        ::setenv("LD_PRELOAD", XM_HYPERVISOR_PLAYED, 1);
        std::vector<char*> words{const_cast<char*>(XM_XENSTORED), const_cast<char*>("--no-fork")};
        for (std::string& option : options_)
            words.push_back(option.data());
        words.push_back(nullptr);
        ::execv(words[0], words.data());
        ::_exit(127);
    }
    bool listens() const {
        REQUIRE(::waitpid(pid_, nullptr, WNOHANG) == 0);
        boost::asio::io_context loop;
        boost::asio::local::stream_protocol::socket probe{loop};
        boost::system::error_code refused;
        probe.connect(boost::asio::local::stream_protocol::endpoint{socket()}, refused);
        return !refused;
    }

    ScratchDir scratch_;
    std::vector<std::string> options_;
    pid_t pid_ = 0;
};

}    // namespace xm::test
