#include "xenvm/launcher.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

namespace xm::xenvm {

std::optional<connect::Launch> launch_monitors() {
    ::unsetenv(connect::bind_now);    // programs that monitors start look up what they need
    ::signal(SIGCHLD, SIG_IGN);       // monitors that end are collected by the system
    while (auto launch = connect::receive_launch(STDIN_FILENO)) {
        if (::fork() != 0) continue;    // a fork that failed reports nothing, which says that
        ::signal(SIGCHLD, SIG_DFL);
        const Fd null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
        ::dup2(null.get(), STDIN_FILENO);
        return launch;
    }
    return std::nullopt;
}

// The words of a command line lie behind each other, a NUL after each.
void show_as_command_line(std::span<char* const> argv, const StringList& words) {
    std::string text = std::string{argv.front()} + '\0';
    for (const std::string& word : words)
        text += word + '\0';
    const std::span room{argv.front(), argv.back() + std::strlen(argv.back())};
    text.resize(room.size(), '\0');
    std::ranges::copy(text, room.begin());
}

}    // namespace xm::xenvm
