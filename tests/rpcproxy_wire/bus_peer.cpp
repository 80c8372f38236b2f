#include "bus_peer.hpp"

#include "rpcproxy/sasl.hpp"

#include <array>
#include <bit>
#include <cstdlib>
#include <stdexcept>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

namespace xm::tests {
namespace {

using namespace rpcproxy;

std::string socket_path() {
    const char* given = std::getenv("DBUS_SESSION_BUS_ADDRESS");
    const std::string address = given != nullptr ? given : "";
    constexpr std::string_view prefix = "unix:path=";
    if (!address.starts_with(prefix)) throw std::runtime_error{"no bus at '" + address + "'"};
    return address.substr(prefix.size(), address.find(',') - prefix.size());
}

Fd connected_to(const std::string& path) {
    Fd fd{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const timeval patience{.tv_sec = 60, .tv_usec = 0};
    setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    if (connect(fd.get(), generic, sizeof address) != 0) throw std::runtime_error{"cannot connect to " + path};
    return fd;
}

Outline driver_call(const char* interface, const char* member, std::uint32_t serial) {
    return {.serial = serial,
            .path = "/org/freedesktop/DBus",
            .interface = interface,
            .member = member,
            .destination = "org.freedesktop.DBus"};
}

}    // namespace

BusPeer::BusPeer() : socket_{connected_to(socket_path())} {
    const std::string hello = sasl_hello(std::nullopt, geteuid());
    send(std::as_bytes(std::span{hello}));
    SaslAnswer answer;
    while ((answer = sasl_answer(received_)).used == 0)
        if (answer.fault != nullptr || !receive()) throw std::runtime_error{"the bus does not want us"};
    received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(answer.used));
    const auto greeting = ask("org.freedesktop.DBus", "Hello");
    if (!greeting) throw std::runtime_error{"no answer to Hello"};
    unique_name_ = read_message(*greeting).message.first_argument.value();
}

bool BusPeer::send(Bytes bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return true;
}

bool BusPeer::receive() {
    std::array<std::byte, 65536> piece;
    const ssize_t size = recv(socket_.get(), piece.data(), piece.size(), 0);
    if (size <= 0) return false;
    received_.insert(received_.end(), piece.begin(), piece.begin() + size);
    return true;
}

std::optional<std::vector<std::byte>> BusPeer::next() {
    Frame frame;
    while ((frame = frame_of(received_)).size == 0 || frame.size > received_.size()) {
        if (frame.fault != nullptr) throw std::runtime_error{frame.fault};
        if (!receive()) return std::nullopt;
    }
    const auto end = received_.begin() + static_cast<std::ptrdiff_t>(frame.size);
    std::vector<std::byte> message{received_.begin(), end};
    received_.erase(received_.begin(), end);
    return message;
}

std::optional<std::vector<std::byte>> BusPeer::ask(const char* interface, const char* member,
                                                   std::span<const Argument> arguments) {
    const std::uint32_t asked = ++serial_;
    if (!send(made(driver_call(interface, member, asked), arguments))) return std::nullopt;
    while (auto bytes = next()) {
        const auto [message, fault] = read_message(*bytes);
        if (fault != nullptr) throw std::runtime_error{std::string{"the bus sent what we refuse: "} + fault};
        if (message.reply_serial == asked && message.sender == "org.freedesktop.DBus") return bytes;
    }
    return std::nullopt;
}

}    // namespace xm::tests
