#include "guestbus/door.hpp"

#include "fakes/scratch_dir.hpp"
#include "fakes/vchan_in_memory.hpp"
#include "vchan/server.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <catch2/catch.hpp>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace xm::guestbus {
namespace {

using namespace std::chrono_literals;

Fd connected(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    Fd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    REQUIRE(::connect(socket.get(), static_cast<const sockaddr*>(static_cast<const void*>(&address)), sizeof address) ==
            0);
    return socket;
}

void say(const Fd& socket, std::string_view text) {
    REQUIRE(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
}

// Nothing: the other side has closed. Empty: nothing there.
std::optional<std::string> heard(const Fd& socket) {
    std::string text(1 << 20, '\0');
    const auto size = ::recv(socket.get(), text.data(), text.size(), MSG_DONTWAIT);
    if (size == 0 || (size < 0 && errno != EAGAIN)) return std::nullopt;
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
}

// A guest's program, and a host that can come and go.
struct Stand {
    test::ScratchDir dir;
    std::string path = dir.file("below/bus");
    boost::asio::io_context loop;
    vchan::Memory memory{loop};
    std::vector<std::shared_ptr<vchan::Stream>> arrived;
    std::unique_ptr<vchan::Server> host;
    Door* door = nullptr;
    int downs = 0;
    Line line{loop.get_executor(),
              [this] { return memory.served ? std::make_unique<vchan::MemoryClientEnd>(memory) : nullptr; },
              {.on_up = [this] { door->on_up(); }, .on_down = [this] { ++downs; }}};
    Door open_door{loop.get_executor(), listening({.socket = path}), line};

    Stand() { door = &open_door; }

    void settle() {
        loop.restart();
        while (loop.poll() > 0) {
        }
    }
    void host_comes() {
        memory.to_host.bytes.clear();
        memory.to_guest.bytes.clear();
        host = std::make_unique<vchan::Server>(
            loop.get_executor(), std::make_unique<vchan::MemoryServerEnd>(memory),
            vchan::Server::Events{.on_stream = [this](auto stream) { arrived.push_back(std::move(stream)); },
                                  .on_turned_away = [](vchan::Fault fault) { FAIL(fault); }});
        line.on_news();
        settle();
    }
    void host_goes() {
        host = nullptr;
        settle();
    }
    Fd client() {
        Fd socket = connected(path);
        settle();
        return socket;
    }
    std::string host_heard(std::size_t which) {
        std::string text(1 << 20, '\0');
        text.resize(arrived.at(which)->read(std::as_writable_bytes(std::span{text})).bytes);
        return text;
    }
    void host_says(std::size_t which, std::string_view text) {
        CHECK(arrived.at(which)->write(std::as_bytes(std::span{text})).bytes == text.size());
        settle();
    }
};

}    // namespace

TEST_CASE("several processes of the guest talk to the host at once") {
    Stand stand;
    stand.host_comes();
    const Fd one = stand.client(), two = stand.client();
    REQUIRE(stand.arrived.size() == 2);
    say(one, "first");
    say(two, "second");
    stand.settle();
    CHECK(stand.host_heard(0) == "first");
    CHECK(stand.host_heard(1) == "second");
    stand.host_says(1, "to two");
    stand.host_says(0, "to one");
    CHECK(heard(one) == "to one");
    CHECK(heard(two) == "to two");
}

TEST_CASE("who says something and goes is heard to the end") {
    Stand stand;
    stand.host_comes();
    {
        const Fd socket = stand.client();
        say(socket, "my last words");
    }
    stand.settle();
    CHECK(stand.host_heard(0) == "my last words");
    std::byte none{};
    CHECK_FALSE(stand.arrived[0]->read({&none, 1}).open);
}

TEST_CASE("what the host says before it closes reaches the process") {
    Stand stand;
    stand.host_comes();
    const Fd socket = stand.client();
    stand.host_says(0, "REJECTED\r\n");
    stand.arrived[0]->close();
    stand.settle();
    CHECK(heard(socket) == "REJECTED\r\n");
    CHECK(heard(socket) == std::nullopt);
}

TEST_CASE("who comes before the host is served when it has come") {
    Stand stand;
    const Fd socket = stand.client();
    say(socket, "early");
    stand.settle();
    stand.host_comes();
    REQUIRE(stand.arrived.size() == 1);
    CHECK(stand.host_heard(0) == "early");
}

TEST_CASE("a host that goes ends its conversations, and is used again when it is back") {
    Stand stand;
    stand.host_comes();
    const Fd before = stand.client();
    say(before, "hello");
    stand.settle();
    stand.host_goes();
    CHECK(stand.downs == 1);
    CHECK(heard(before) == std::nullopt);
    const Fd after = stand.client();
    stand.host_comes();
    say(after, "again");
    stand.settle();
    REQUIRE(stand.arrived.size() == 2);
    CHECK(stand.host_heard(1) == "again");
}

TEST_CASE("a process that does not read holds up nobody else") {
    Stand stand;
    stand.host_comes();
    const Fd deaf = stand.client(), other = stand.client();
    const std::string much(4 << 20, 'x');
    std::size_t sent = 0, now = 0;
    do {
        now = stand.arrived[0]->write(std::as_bytes(std::span{much}).subspan(sent)).bytes;
        sent += now;
        stand.settle();
    } while (now > 0);
    CHECK(sent < much.size());
    stand.host_says(1, "for you");
    CHECK(heard(other) == "for you");
}

TEST_CASE("a lot of bytes comes through whole, both ways") {
    Stand stand;
    stand.host_comes();
    const Fd socket = stand.client();
    std::string text;
    for (int i = 0; text.size() < 300'000; ++i)
        text += std::to_string(i) + ' ';
    std::string there, back;
    for (std::size_t out = 0, in = 0; back.size() < text.size();) {
        const auto size = ::send(socket.get(), text.data() + out, text.size() - out, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (size > 0) out += static_cast<std::size_t>(size);
        stand.settle();
        there += stand.host_heard(0);
        in += stand.arrived[0]->write(std::as_bytes(std::span{there}).subspan(in)).bytes;
        stand.settle();
        back += heard(socket).value();
    }
    CHECK(there == text);
    CHECK(back == text);
}

TEST_CASE("more processes than streams: who is too many is sent away, the others stay") {
    Stand stand;
    stand.host_comes();
    std::vector<Fd> all;
    for (std::size_t i = 0; i < vchan::most_streams; ++i)
        all.push_back(stand.client());
    const Fd too_many = stand.client();
    CHECK(heard(too_many) == std::nullopt);
    CHECK(heard(all.back()) == "");
    CHECK(stand.arrived.size() == vchan::most_streams);
}

TEST_CASE("a socket that a killed process left is taken over, another's is not") {
    test::ScratchDir dir;
    const Settings settings{.socket = dir.file("bus"), .mode = 0600};
    {
        const Fd served = listening(settings);
        CHECK_THROWS_AS(listening(settings), std::runtime_error);
        struct stat found{};
        REQUIRE(::stat(settings.socket.c_str(), &found) == 0);
        CHECK((found.st_mode & 0777) == 0600);
    }
    CHECK_NOTHROW(listening(settings));
    const std::string file = dir.file("a file");
    std::ofstream{file} << "of somebody";
    CHECK_THROWS_WITH(listening({.socket = file}), Catch::Matchers::Contains("no socket"));
}

}    // namespace xm::guestbus
