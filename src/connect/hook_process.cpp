#include "connect/hook_process.hpp"

#include "base/failure.hpp"
#include "base/pidfd.hpp"
#include "gen/errors.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <system_error>
#include <vector>

extern char** environ;

namespace xm::connect {
namespace {

struct Pipe {
    Fd ours;
    Fd theirs;
};

Pipe make_pipe(const std::string& program) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) fail(errors::hook_failed, program, "{}", std::system_category().message(errno));
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return {Fd{ends[0]}, Fd{ends[1]}};
}

// What the child does between fork and exec, and how its process is set up.
class SpawnSetup {
public:
    SpawnSetup(int output, int errors) {
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
        posix_spawnattr_init(&attributes);
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    }
    ~SpawnSetup() {
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
    }
    SpawnSetup(const SpawnSetup&) = delete;
    SpawnSetup& operator=(const SpawnSetup&) = delete;

    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
};

}    // namespace

HookProcess::HookProcess(const std::string& program, const StringList& arguments) {
    Pipe out = make_pipe(program);
    Pipe err = make_pipe(program);
    const SpawnSetup setup{out.theirs.get(), err.theirs.get()};

    StringList words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);

    const int error = ::posix_spawn(&pid_, program.c_str(), &setup.actions, &setup.attributes, argv.data(), environ);
    if (error != 0) {
        pid_ = -1;
        fail(errors::hook_failed, program, "{}", std::system_category().message(error));
    }
    handle_ = Fd{::pidfd_open(pid_, 0)};
    output = std::move(out.ours);
    errors = std::move(err.ours);
}

HookProcess::~HookProcess() {
    if (pid_ < 0) return;
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

int HookProcess::collect() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
}

}    // namespace xm::connect
