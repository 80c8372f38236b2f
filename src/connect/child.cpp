#include "connect/child.hpp"

#include "base/failure.hpp"
#include "base/pidfd.hpp"
#include "gen/errors.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

extern char** environ;

namespace xm::connect {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

namespace {

// Ours, with these variables instead of what they were.
std::vector<std::string> environment_with(const StringMap& variables) {
    std::vector<std::string> result;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text{*entry};
        if (!variables.contains(text.substr(0, text.find('=')))) result.push_back(text);
    }
    for (const auto& [name, value] : variables)
        result.push_back(name + '=' + value);
    return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

// What posix_spawn(3) is told beside the program: no signal blocked, and where its input comes from.
class SpawnOptions {
public:
    explicit SpawnOptions(int input) {
        posix_spawnattr_init(&attributes_);
        posix_spawn_file_actions_init(&actions_);
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
        if (input >= 0) posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    }
    ~SpawnOptions() {
        posix_spawnattr_destroy(&attributes_);
        posix_spawn_file_actions_destroy(&actions_);
    }
    SpawnOptions(const SpawnOptions&) = delete;
    SpawnOptions& operator=(const SpawnOptions&) = delete;

    const posix_spawnattr_t* attributes() const { return &attributes_; }
    const posix_spawn_file_actions_t* actions() const { return &actions_; }

private:
    posix_spawnattr_t attributes_{};
    posix_spawn_file_actions_t actions_{};
};

pid_t spawn(const std::filesystem::path& program, const StringList& words, const StringMap& variables, int input) {
    std::vector<std::string> arguments{program.string()};
    arguments.insert(arguments.end(), words.begin(), words.end());
    std::vector<std::string> environment = environment_with(variables);
    const SpawnOptions options{input};
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, program.c_str(), options.actions(), options.attributes(),
                                    pointers(arguments).data(), pointers(environment).data());
    if (error != 0) fail(errors::monitor_failed, program, "{}", std::system_category().message(error));
    return pid;
}

}    // namespace

Child::Child(const std::filesystem::path& program, const StringList& arguments, const StringMap& variables, int input)
    : pid_{spawn(program, arguments, variables, input)}, handle_{::pidfd_open(pid_, 0)} {}

Child::~Child() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);    // not collected yet, so the id is still its own
    ::waitpid(pid_, nullptr, 0);
}

int Child::collect() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
}

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

}    // namespace xm::connect
