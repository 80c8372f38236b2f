#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "rpcproxy/channel_kinds.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace xm::rpcproxy {
namespace {

constexpr int backlog = 128;

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        fail(errors::bad_channel, "unix:" + text::escaped(path), "the path must have 1 to {} bytes",
             sizeof address.sun_path - 1);
    path.copy(address.sun_path, path.size());
    return address;
}

const sockaddr* plain(const sockaddr_un& address) {
    return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

Fd unix_socket() { return Fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)}; }

bool somebody_listens(const sockaddr_un& address) {
    const Fd probe = unix_socket();
    return ::connect(probe.get(), plain(address), sizeof address) == 0 || errno == EAGAIN;
}

// A socket that a process left behind when it was killed is taken over; one that serves is not, nor any other file.
void clear_the_way(const std::string& path, const sockaddr_un& address) {
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0) return;
    if (!S_ISSOCK(found.st_mode)) fail(errors::bad_channel, "unix:" + text::escaped(path), "is there and no socket");
    if (somebody_listens(address)) fail(errors::bad_channel, "unix:" + text::escaped(path), "another process listens");
    ::unlink(path.c_str());
}

Fd bound(const std::string& path) {
    const sockaddr_un address = address_of(path);
    clear_the_way(path, address);
    Fd socket = unix_socket();
    if (::bind(socket.get(), plain(address), sizeof address) != 0 || ::listen(socket.get(), backlog) != 0)
        fail(errors::bad_channel, "unix:" + text::escaped(path), "cannot listen: {}", std::strerror(errno));
    return socket;
}

class UnixConnector final : public Connector {
public:
    UnixConnector(Executor executor, std::string path) : executor_{std::move(executor)}, path_{std::move(path)} {}

    // A local socket answers at once or not at all.
    std::unique_ptr<Link> connect() override {
        const sockaddr_un address = address_of(path_);
        Fd socket = unix_socket();
        if (::connect(socket.get(), plain(address), sizeof address) != 0) return nullptr;
        return socket_link(executor_, std::move(socket));
    }
    std::string bus_address() const override { return "unix:path=" + path_; }

private:
    Executor executor_;
    std::string path_;
};

}    // namespace

std::unique_ptr<Listener> listen_unix(const Executor& executor, std::string_view rest) {
    return accepting(executor, [path = std::string{rest}] { return bound(path); });
}

std::unique_ptr<Connector> connect_unix(const Executor& executor, std::string_view rest) {
    address_of(std::string{rest});
    return std::make_unique<UnixConnector>(executor, std::string{rest});
}

}    // namespace xm::rpcproxy
