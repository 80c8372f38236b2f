#include "connect/monitor_launch.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

namespace xm::connect {
namespace {

// A message of `text` with room for one descriptor beside it: cmsg(3).
struct Packet {
    explicit Packet(std::string& text) : data{text.data(), text.size()} {
        message.msg_iov = &data;
        message.msg_iovlen = 1;
        message.msg_control = room.data();
        message.msg_controllen = room.size();
    }
    Packet(const Packet&) = delete;
    Packet& operator=(const Packet&) = delete;

    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
    iovec data;
    msghdr message{};
};

std::string joined(const StringList& words) {
    std::string text;
    for (const std::string& word : words)
        text += word + '\0';
    return text;
}

StringList split(std::string_view text) {
    StringList words;
    for (auto end = text.find('\0'); end != text.npos; end = text.find('\0')) {
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    return words;
}

Fd descriptor_of(msghdr& message) {
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header == nullptr || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) return Fd{};
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return Fd{fd};
}

}    // namespace

bool send_launch(int socket, const Launch& launch) {
    std::string text = joined(launch.arguments);
    if (text.size() > launch_limit) return false;
    Packet packet{text};
    cmsghdr* header = CMSG_FIRSTHDR(&packet.message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int fd = launch.report.get();
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    return ::sendmsg(socket, &packet.message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

std::optional<Launch> receive_launch(int socket) {
    std::string text(launch_limit, '\0');
    Packet packet{text};
    ssize_t got = 0;
    do
        got = ::recvmsg(socket, &packet.message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got <= 0) return std::nullopt;
    text.resize(static_cast<std::size_t>(got));
    return Launch{split(text), descriptor_of(packet.message)};
}

}    // namespace xm::connect
