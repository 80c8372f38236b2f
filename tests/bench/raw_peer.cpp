#include "raw_peer.hpp"

#include "rpcproxy/message.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace xm::bench {

namespace {

constexpr std::size_t serial_at = 8;
constexpr auto patience = std::chrono::seconds{10};

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

Fd connected(const std::filesystem::path& path) {
    Fd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path.native().copy(address.sun_path, sizeof address.sun_path - 1);
    if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) fail(path.c_str());
    return socket;
}

Bytes bytes_of(std::string_view text) {
    const auto bytes = std::as_bytes(std::span{text});
    return {bytes.begin(), bytes.end()};
}

double microseconds(Clock::duration time) { return std::chrono::duration<double, std::micro>{time}.count(); }

}    // namespace

Bytes call_of(const Method& method) {
    return rpcproxy::made({.type = 1,
                           .path = method.path,
                           .interface = method.interface,
                           .member = method.member,
                           .destination = method.service},
                          std::span<const rpcproxy::Argument>{});
}

RawPeer::RawPeer(const std::filesystem::path& socket, Bytes call) : socket_{connected(socket)}, call_{std::move(call)} {
    greet();
}

// One step after the other, because not everybody understands them at once.
void RawPeer::greet() {
    std::string user;
    for (const char digit : std::to_string(geteuid()))
        user += fmt::format("{:02x}", digit);
    write_all(bytes_of('\0' + fmt::format("AUTH EXTERNAL {}\r\n", user)));
    while (in_.empty() || in_.back() != std::byte{'\n'})
        receive();
    in_.clear();
    write_all(bytes_of("BEGIN\r\n"));
    const Bytes hello = call_of({"org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello"});
    const Bytes ours = std::exchange(call_, hello);
    send(1);
    for (Samples ignored; waiting() > 0;) {
        receive();
        take(ignored);
    }
    call_ = ours;
}

void RawPeer::write_all(const Bytes& bytes) {
    for (std::size_t done = 0; done < bytes.size();) {
        const auto sent = ::send(fd(), bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
        if (sent < 0) fail("send");
        done += static_cast<std::size_t>(sent);
    }
}

void RawPeer::receive() {
    std::array<std::byte, 64 << 10> room;
    const auto got = ::recv(fd(), room.data(), room.size(), 0);
    if (got == 0) errno = ECONNRESET;
    if (got <= 0) fail("recv");
    in_.insert(in_.end(), room.begin(), room.begin() + got);
}

void RawPeer::send(std::size_t calls) {
    Bytes all;
    const auto now = Clock::now();
    for (std::size_t i = 0; i < calls; ++i) {
        std::memcpy(call_.data() + serial_at, &++serial_, sizeof serial_);
        all.insert(all.end(), call_.begin(), call_.end());
        sent_.push_back(now);
    }
    write_all(all);
}

std::size_t RawPeer::take(Samples& took) {
    constexpr std::byte method_return{2}, error{3};
    const auto now = Clock::now();
    std::size_t at = 0, answers = 0;
    for (;;) {
        const std::span rest = std::span{in_}.subspan(at);
        const auto frame = rpcproxy::frame_of(rest);
        if (frame.fault) throw std::runtime_error{frame.fault};
        if (frame.size == 0 || frame.size > rest.size()) break;
        at += frame.size;
        if (sent_.empty() || (rest[1] != method_return && rest[1] != error)) continue;
        took.push_back(microseconds(now - sent_.front()));    // answers come in the order of the calls
        sent_.pop_front();
        ++answers;
    }
    in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(at));
    return answers;
}

Crowd::Crowd(std::vector<Member> all) : members{std::move(all)}, epoll_{epoll_create1(EPOLL_CLOEXEC)} {
    for (std::size_t i = 0; i < members.size(); ++i) {
        epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
        if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, members[i].peer->fd(), &event) < 0) fail("epoll_ctl");
    }
}

bool Crowd::waiting() const {
    return std::ranges::any_of(members, [](const Member& member) { return member.peer->waiting() > 0; });
}

void Crowd::turn(bool go_on) {
    std::array<epoll_event, 64> events;
    const int ready = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(std::chrono::milliseconds{patience}.count()));
    if (ready <= 0) throw std::runtime_error{"nobody answers"};
    for (const auto& event : std::span{events}.first(static_cast<std::size_t>(ready))) {
        Member& member = members[event.data.u64];
        member.peer->receive();
        const std::size_t answers = member.peer->take(member.took);
        if (!go_on) continue;
        member.answered += answers;
        if (answers > 0) member.peer->send(answers);
    }
}

double Crowd::run(Clock::duration time) {
    const auto began = Clock::now();
    for (Member& member : members)
        member.peer->send(member.depth);
    while (Clock::now() - began < time)
        turn(true);
    const auto seconds = std::chrono::duration<double>{Clock::now() - began}.count();
    while (waiting())
        turn(false);
    return seconds;
}

}    // namespace xm::bench
