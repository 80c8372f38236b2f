// Speaks to the kernel's door to xenstore itself (xen/include/public/io/xs_wire.h): libxenstore would want a thread for
// watches, and cannot start it in a program that brings its libraries with it.

#include "guestbus/host_news.hpp"

#include <fcntl.h>
#include <unistd.h>
extern "C" {
#include <xen/io/xs_wire.h>
}

#include <boost/asio/post.hpp>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <utility>

namespace xm::guestbus {
namespace {

constexpr auto device = "/dev/xen/xenbus";

[[noreturn]] void refuse(const std::string& what) {
    throw std::runtime_error{what + ": " + std::strerror(errno != 0 ? errno : EPROTO)};
}

// Of one message, whose content does not matter. Nothing: it could not be read.
std::optional<std::uint32_t> type_of_next(int store) {
    xsd_sockmsg head{};
    std::array<char, XENSTORE_PAYLOAD_MAX> content{};
    if (::read(store, &head, sizeof head) != sizeof head || head.len > content.size()) return std::nullopt;
    for (std::uint32_t have = 0; have < head.len;) {
        const auto size = ::read(store, content.data(), head.len - have);
        if (size <= 0) return std::nullopt;
        have += static_cast<std::uint32_t>(size);
    }
    return head.type;
}

// The first news may come before the answer.
Fd watching(const std::string& path) {
    Fd store{::open(device, O_RDWR | O_CLOEXEC)};
    if (!store) refuse(std::string{"this is no guest of Xen, or not its root; "} + device);
    const std::string names = path + '\0' + path + '\0';    // the second is what it will be called in the news
    const xsd_sockmsg head{.type = XS_WATCH, .req_id = 0, .tx_id = 0, .len = static_cast<std::uint32_t>(names.size())};
    std::string request(sizeof head, '\0');
    std::memcpy(request.data(), &head, sizeof head);
    request += names;
    if (::write(store.get(), request.data(), request.size()) != static_cast<ssize_t>(request.size()))
        refuse("xenstore cannot be asked");
    std::optional<std::uint32_t> type;
    do
        type = type_of_next(store.get());
    while (type == XS_WATCH_EVENT);
    if (type != XS_WATCH) refuse("xenstore cannot be watched");
    return store;
}

}    // namespace

HostNews::HostNews(const boost::asio::any_io_executor& executor, const std::string& path, std::function<void()> on_news)
    : store_{watching(path)}, events_{executor, store_.get()}, on_news_{std::move(on_news)} {
    store_.release();
    events_.native_non_blocking(true);
    wait();
    boost::asio::post(executor, on_news_);
}

// What the news say does not matter: that there are some says "look again".
void HostNews::wait() {
    events_.async_wait(boost::asio::posix::descriptor_base::wait_read, [this](const boost::system::error_code& error) {
        if (error) return;
        std::array<char, XENSTORE_PAYLOAD_MAX> ignored;
        while (::read(events_.native_handle(), ignored.data(), ignored.size()) > 0) {
        }
        wait();
        on_news_();
    });
}

}    // namespace xm::guestbus
