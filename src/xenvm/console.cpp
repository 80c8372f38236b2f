#include "xenvm/console.hpp"

#include "base/failure.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <string_view>

namespace xm::xenvm {
namespace {

constexpr std::size_t most_pending = 64 * 1024;    // typed or pasted, and not yet taken by the guest
constexpr std::size_t one_write = 512;             // whoever says that it can take something takes so much

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

class Relay {
public:
    Relay(int terminal, int in, int out, int signals) : terminal_{terminal}, in_{in}, out_{out}, signals_{signals} {}

    ConsoleEnd run() {
        while (!end_ || (*end_ == ConsoleEnd::guest_gone && !to_out_.empty()))
            step();
        return *end_;
    }

private:
    void step();
    void read_input();
    void read_guest();
    void write_guest();
    void write_output();

    int terminal_, in_, out_, signals_;
    std::string to_guest_, to_out_;
    std::optional<ConsoleEnd> end_;
};

void Relay::step() {
    const auto events = [](bool reads, bool writes) {
        return static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
    };
    const bool takes_input = in_ >= 0 && to_guest_.size() < most_pending;
    const bool gone = end_.has_value();
    const bool waits_for_guest = !gone && (to_out_.empty() || !to_guest_.empty());
    std::array<pollfd, 4> all{{
        {waits_for_guest ? terminal_ : -1, events(to_out_.empty(), !to_guest_.empty()), 0},
        {takes_input ? in_ : -1, POLLIN, 0},
        {out_, events(false, !to_out_.empty()), 0},
        {signals_, POLLIN, 0},
    }};
    if (::poll(all.data(), all.size(), -1) < 0) return;
    const auto& [guest, input, output, signal] = all;
    if ((output.revents & POLLOUT) != 0) write_output();
    if ((guest.revents & POLLOUT) != 0) write_guest();
    if ((guest.revents & (POLLIN | POLLHUP | POLLERR)) != 0 && to_out_.empty()) read_guest();
    if (input.revents != 0) read_input();
    if (signal.revents != 0 || (output.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) end_ = ConsoleEnd::left;
}

void Relay::read_input() {
    std::array<char, 4096> buffer;
    const ssize_t got = ::read(in_, buffer.data(), buffer.size());
    if (got < 0 && would_block()) return;
    if (got <= 0) {
        in_ = -1;
        return;
    }
    const std::string_view typed{buffer.data(), static_cast<std::size_t>(got)};
    const std::size_t key = typed.find(leave_key);
    to_guest_ += typed.substr(0, key);
    if (key == std::string_view::npos) return;
    write_guest();
    end_ = ConsoleEnd::left;
}

void Relay::read_guest() {
    std::array<char, 4096> buffer;
    const ssize_t got = ::read(terminal_, buffer.data(), buffer.size());
    if (got > 0)
        to_out_.assign(buffer.data(), static_cast<std::size_t>(got));
    else if (got == 0 || !would_block())
        end_ = ConsoleEnd::guest_gone;
}

void Relay::write_guest() {
    const ssize_t sent = ::write(terminal_, to_guest_.data(), to_guest_.size());
    if (sent > 0)
        to_guest_.erase(0, static_cast<std::size_t>(sent));
    else if (!would_block())
        to_guest_.clear();    // nobody is there; reading finds out
}

void Relay::write_output() {
    const ssize_t sent = ::write(out_, to_out_.data(), std::min(to_out_.size(), one_write));
    if (sent > 0)
        to_out_.erase(0, static_cast<std::size_t>(sent));
    else if (sent < 0 && !would_block())
        end_ = ConsoleEnd::left;
}

// A terminal that passes every byte on, for as long as this object lives.
class RawTerminal {
public:
    explicit RawTerminal(int fd) : fd_{fd} {
        if (::tcgetattr(fd, &before_) != 0) return;
        termios raw = before_;
        ::cfmakeraw(&raw);
        changed_ = ::tcsetattr(fd, TCSANOW, &raw) == 0;
    }
    ~RawTerminal() {
        if (changed_) ::tcsetattr(fd_, TCSADRAIN, &before_);
    }
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;

private:
    int fd_;
    termios before_{};
    bool changed_ = false;
};

// What would end this process, as something to read, so that the terminal is given back first.
Fd ending_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
        sigaddset(&set, number);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    return Fd{::signalfd(-1, &set, SFD_CLOEXEC)};
}

// The path has come from a place that others write to.
Fd open_terminal(const std::string& path) {
    const std::string shown = text::escaped(path);
    constexpr std::string_view folder = "/dev/pts/";
    if (!path.starts_with(folder) || !text::parse_number<int>(std::string_view{path}.substr(folder.size())))
        fail(errors::bad_value, shown, "no terminal of a guest");
    Fd terminal{::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)};
    if (!terminal) fail(errors::io_error, shown, "{}", std::strerror(errno));
    if (::isatty(terminal.get()) != 1) fail(errors::bad_value, shown, "no terminal of a guest");
    return terminal;
}

// It stays raw: what the guest writes would be typed back to it otherwise.
void make_raw(int terminal) {
    termios settings{};
    if (::tcgetattr(terminal, &settings) != 0) return;
    ::cfmakeraw(&settings);
    ::tcsetattr(terminal, TCSANOW, &settings);
}

}    // namespace

ConsoleEnd relay_console(int terminal, int in, int out, int signals) { return Relay{terminal, in, out, signals}.run(); }

ConsoleEnd attach_console(const std::string& path, int in, int out) {
    const Fd terminal = open_terminal(path);
    make_raw(terminal.get());
    const Fd signals = ending_signals();
    const RawTerminal raw{in};
    return relay_console(terminal.get(), in, out, signals.get());
}

}    // namespace xm::xenvm
