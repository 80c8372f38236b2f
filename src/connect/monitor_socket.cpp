#include "connect/monitor_socket.hpp"

#include "base/failure.hpp"
#include "gen/errors.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace xm::connect {
namespace {

class Address {
public:
    explicit Address(const std::filesystem::path& path) {
        const std::string& text = path.native();
        if (text.size() >= sizeof address_.sun_path) fail(errors::bad_path, text, "too long for a unix socket");
        address_.sun_family = AF_UNIX;
        std::memcpy(address_.sun_path, text.c_str(), text.size());
    }

    const sockaddr* get() const { return static_cast<const sockaddr*>(static_cast<const void*>(&address_)); }
    static constexpr socklen_t size() { return sizeof(sockaddr_un); }

private:
    sockaddr_un address_{};
};

[[noreturn]] void raise(const char* what, const std::filesystem::path& path) {
    throw std::system_error{errno, std::system_category(), std::string{what} + " " + path.string()};
}

Fd make_socket(const std::filesystem::path& path) {
    Fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!fd) raise("socket", path);
    return fd;
}

}    // namespace

Fd connect_to_monitor(const std::filesystem::path& path) {
    const Address address{path};
    Fd fd = make_socket(path);
    if (::connect(fd.get(), address.get(), Address::size()) == 0) return fd;
    if (errno == ENOENT || errno == ECONNREFUSED) return Fd{};
    if (errno == EAGAIN) fail(errors::monitor_timeout, path, "its queue of connections is full");
    raise("connect", path);
}

Fd listen_on(const std::filesystem::path& path) {
    const Address address{path};
    Fd fd = make_socket(path);
    std::filesystem::remove(path);
    const mode_t before = ::umask(0177);
    const int bound = ::bind(fd.get(), address.get(), Address::size());
    ::umask(before);
    if (bound != 0) raise("bind", path);
    if (::listen(fd.get(), SOMAXCONN) != 0) raise("listen", path);
    return fd;
}

}    // namespace xm::connect
