// A guest's console on pipes and terminals; the guest is the other side of a pseudo-terminal.

#include "xenvm/console.hpp"

#include "base/failure.hpp"
#include "base/fd.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <future>
#include <stdexcept>

using namespace xm;
using namespace xm::xenvm;

namespace {

struct Pipe {
    Pipe() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error{"pipe"};
        reading = Fd{ends[0]};
        writing = Fd{ends[1]};
    }
    Fd reading, writing;
};

struct Terminal {
    Terminal() {
        int outer = -1;
        int inner = -1;
        std::array<char, 64> path{};
        if (::openpty(&outer, &inner, path.data(), nullptr, nullptr) != 0) throw std::runtime_error{"openpty"};
        far = Fd{outer};
        near = Fd{inner};
        name = path.data();
    }
    Fd far, near;
    std::string name;
};

void say(const Fd& to, std::string_view text) {
    REQUIRE(::write(to.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

std::string hear(const Fd& from, std::size_t size) {
    std::string text;
    std::array<char, 256> buffer;
    while (text.size() < size) {
        const ssize_t got = ::read(from.get(), buffer.data(), std::min(buffer.size(), size - text.size()));
        if (got <= 0) break;
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
}

struct Caller {
    explicit Caller(const std::string& path)
        : end{std::async(std::launch::async,
                         [this, path] { return attach_console(path, typed.reading.get(), shown.writing.get()); })} {}

    Pipe typed, shown;
    std::future<ConsoleEnd> end;
};

}    // namespace

TEST_CASE("what is typed goes to the guest, what it writes comes out byte for byte") {
    Terminal guest;
    Caller caller{guest.name};
    say(caller.typed.writing, "ls\r");
    CHECK(hear(guest.far, 3) == "ls\r");
    const std::string answer{"\x1b[31mred\x1b[0m\r\n\0\x04\xff", 17};
    say(guest.far, answer);
    CHECK(hear(caller.shown.reading, answer.size()) == answer);
    say(caller.typed.writing, "\x1d");
    CHECK(caller.end.get() == ConsoleEnd::left);
}

TEST_CASE("what was typed before the key that leaves still arrives, what was typed after it does not") {
    Terminal guest;
    Caller caller{guest.name};
    say(caller.typed.writing, "poweroff\r\x1dls\r");
    CHECK(caller.end.get() == ConsoleEnd::left);
    CHECK(hear(guest.far, 9) == "poweroff\r");
    REQUIRE(::fcntl(guest.far.get(), F_SETFL, O_NONBLOCK) == 0);
    CHECK(hear(guest.far, 1).empty());
}

TEST_CASE("the guest's last words are heard before its end") {
    Terminal guest;
    Caller caller{guest.name};
    say(guest.far, "bye");
    CHECK(hear(caller.shown.reading, 3) == "bye");
    guest.near = Fd{};
    guest.far = Fd{};
    CHECK(caller.end.get() == ConsoleEnd::guest_gone);
}

TEST_CASE("the end of the input is not the end: the guest may have more to say") {
    Terminal guest;
    Caller caller{guest.name};
    say(caller.typed.writing, "date\r");
    caller.typed.writing = Fd{};
    CHECK(hear(guest.far, 5) == "date\r");
    say(guest.far, "Monday");
    CHECK(hear(caller.shown.reading, 6) == "Monday");
    guest.near = Fd{};
    guest.far = Fd{};
    CHECK(caller.end.get() == ConsoleEnd::guest_gone);
}

TEST_CASE("when nobody takes the output any more, the console is left") {
    Terminal guest;
    Caller caller{guest.name};
    caller.shown.reading = Fd{};
    CHECK(caller.end.get() == ConsoleEnd::left);
}

TEST_CASE("the caller's terminal passes every key on, and is given back as it was") {
    Terminal guest;
    Terminal ours;
    termios before{};
    REQUIRE(::tcgetattr(ours.near.get(), &before) == 0);
    termios raw = before;
    ::cfmakeraw(&raw);
    REQUIRE(::tcsetattr(guest.near.get(), TCSANOW, &raw) == 0);    // what comes out was read, not echoed
    Pipe shown;
    auto end = std::async(std::launch::async,
                          [&] { return attach_console(guest.name, ours.near.get(), shown.writing.get()); });
    say(guest.far, "ready");
    REQUIRE(hear(shown.reading, 5) == "ready");
    say(ours.far, "\x03");    // ctrl-c is the guest's
    CHECK(hear(guest.far, 1) == "\x03");
    say(ours.far, "\x1d");
    CHECK(end.get() == ConsoleEnd::left);
    termios after{};
    REQUIRE(::tcgetattr(ours.near.get(), &after) == 0);
    CHECK(after.c_lflag == before.c_lflag);
    CHECK(after.c_iflag == before.c_iflag);
}

TEST_CASE("a console that is no terminal is refused") {
    const auto refused = [](const char* path) {
        Pipe pipe;
        CHECK_THROWS_AS(attach_console(path, pipe.reading.get(), pipe.writing.get()), Failure);
    };
    refused("/etc/passwd");
    refused("/dev/pts/../../etc/passwd");
    refused("/dev/pts/ptmx");
    refused("/dev/pts/4711");
    refused("");
}
