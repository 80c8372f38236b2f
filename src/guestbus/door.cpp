#include "guestbus/door.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace xm::guestbus {
namespace {

using namespace std::chrono_literals;
using Descriptor = boost::asio::posix::stream_descriptor;

constexpr auto patience_with_host = 10s;
constexpr auto pause_of_door = 100ms;    // when we are out of descriptors
constexpr int backlog = 64;

[[noreturn]] void refuse(const std::string& path, const char* why) {
    throw std::runtime_error{"cannot listen on " + path + ": " + why};
}

const sockaddr* plain(const sockaddr_un& address) {
    return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

Fd unix_socket() { return Fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)}; }

void clear_the_way(const std::string& path, const sockaddr_un& address) {
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0) return;
    if (!S_ISSOCK(found.st_mode)) refuse(path, "it is there and no socket");
    const Fd probe = unix_socket();
    if (::connect(probe.get(), plain(address), sizeof address) == 0 || errno == EAGAIN)
        refuse(path, "another process listens there");
    ::unlink(path.c_str());
}

}    // namespace

Fd listening(const Settings& settings) {
    const std::filesystem::path path{settings.socket};
    std::error_code ignored;
    if (path.has_parent_path()) std::filesystem::create_directory(path.parent_path(), ignored);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    settings.socket.copy(address.sun_path, sizeof address.sun_path - 1);
    clear_the_way(settings.socket, address);
    Fd socket = unix_socket();
    const bool listens = ::bind(socket.get(), plain(address), sizeof address) == 0 &&
                         ::chmod(settings.socket.c_str(), settings.mode) == 0 && ::listen(socket.get(), backlog) == 0;
    if (!listens) refuse(settings.socket, std::strerror(errno));
    return socket;
}

Door::Door(const boost::asio::any_io_executor& executor, Fd listening, Line& line)
    : executor_{executor}, listening_{executor, listening.get()}, line_{line}, patience_{executor}, pause_{executor} {
    listening.release();
    wait();
}

void Door::wait() {
    listening_.async_wait(Descriptor::wait_read, [this](const boost::system::error_code& error) {
        if (!error) take_in();
    });
}

void Door::take_in() {
    Fd socket{::accept4(listening_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (!socket) {
        if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return wait();
        pause_.expires_after(pause_of_door);
        return pause_.async_wait([this](const boost::system::error_code& error) {
            if (!error) wait();
        });
    }
    const auto at = clients_.emplace(clients_.end());
    *at = std::make_shared<Client>(executor_, std::move(socket), [this, at] { clients_.erase(at); });
    start(*at);
    wait();
}

void Door::start(const std::shared_ptr<Client>& client) {
    if (!line_.up()) {
        waiting_.push_back(client);
        return watch_patience();
    }
    auto stream = line_.open();
    if (!stream) return client->end();
    client->start(std::move(stream));
}

void Door::on_up() {
    patience_.cancel();
    for (const auto& waiting : std::exchange(waiting_, {}))
        if (const auto client = waiting.lock()) start(client);
}

// The first who waits decides for all who have come since: nobody waits longer, and some wait less.
void Door::watch_patience() {
    if (waiting_.size() > 1) return;
    patience_.expires_after(patience_with_host);
    patience_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        for (const auto& waiting : std::exchange(waiting_, {}))
            if (const auto client = waiting.lock()) client->end();
    });
}

}    // namespace xm::guestbus
