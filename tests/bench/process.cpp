#include "process.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace xm::bench {

namespace {

struct Actions {
    Actions() { posix_spawn_file_actions_init(&raw); }
    ~Actions() { posix_spawn_file_actions_destroy(&raw); }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;

    posix_spawn_file_actions_t raw{};
};

pid_t spawn(const Arguments& arguments, const Actions& actions) {
    std::vector<char*> words;
    for (const auto& word : arguments)
        words.push_back(const_cast<char*>(word.c_str()));    // posix_spawn leaves them alone
    words.push_back(nullptr);
    pid_t pid = 0;
    const int error = posix_spawn(&pid, words[0], &actions.raw, nullptr, words.data(), environ);
    if (error != 0) throw std::system_error{error, std::generic_category(), arguments.front()};
    return pid;
}

std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> found;
    std::error_code gone;
    for (const auto& task : std::filesystem::directory_iterator{fmt::format("/proc/{}/task", parent), gone}) {
        std::ifstream list{task.path() / "children"};
        for (pid_t child = 0; list >> child;)
            found.push_back(child);
    }
    return found;
}

std::vector<pid_t> descendants() {
    auto found = children_of(getpid());
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto more = children_of(found[i]);
        found.insert(found.end(), more.begin(), more.end());
    }
    return found;
}

}    // namespace

Process::Process(const Arguments& arguments, const std::filesystem::path& log) {
    Actions actions;
    posix_spawn_file_actions_addopen(&actions.raw, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions.raw, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions.raw, STDOUT_FILENO, STDERR_FILENO);
    pid_ = spawn(arguments, actions);
    handle_ = Fd{static_cast<int>(syscall(SYS_pidfd_open, pid_, 0))};
}

Process::Process(Process&& other) noexcept : pid_{std::exchange(other.pid_, 0)}, handle_{std::move(other.handle_)} {}

Process& Process::operator=(Process&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(handle_, other.handle_);
    return *this;
}

void Process::kill() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    waitpid(std::exchange(pid_, 0), nullptr, 0);
}

std::string output_of(const Arguments& arguments) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) throw std::system_error{errno, std::generic_category(), "pipe"};
    const Fd reader{ends[0]};
    Fd writer{ends[1]};
    Actions actions;
    posix_spawn_file_actions_adddup2(&actions.raw, writer.get(), STDOUT_FILENO);
    const auto pid = spawn(arguments, actions);
    writer = Fd{};

    std::string text;
    char piece[4096];
    for (ssize_t size = 0; (size = read(reader.get(), piece, sizeof piece)) > 0;)
        text.append(piece, static_cast<std::size_t>(size));
    int status = 0;
    waitpid(pid, &status, 0);
    if (status != 0) throw std::runtime_error{fmt::format("{} failed", arguments.front())};
    return text;
}

double pss_kib(pid_t pid) {
    std::ifstream rollup{fmt::format("/proc/{}/smaps_rollup", pid)};
    double kib = 0;
    for (std::string word; rollup >> word;)
        if (word == "Pss:") rollup >> kib;
    return kib;
}

void adopt_orphans() { prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

void end_descendants() {
    for (auto left = descendants(); !left.empty(); left = descendants()) {
        for (const auto pid : left)
            kill(pid, SIGKILL);
        for (const auto pid : left)
            waitpid(pid, nullptr, 0);    // fails for a grandchild, which is ours in the next turn
    }
}

}    // namespace xm::bench
