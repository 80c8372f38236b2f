#include "guestbus/host_news.hpp"

extern "C" {
#include <xenstore.h>
}

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace xm::guestbus {
namespace {

xs_handle* opened(const std::string& path) {
    xs_handle* store = xs_open(0);
    if (!store)
        throw std::runtime_error{std::string{"this is no guest of Xen, or has no xenstore: "} + std::strerror(errno)};
    if (xs_watch(store, path.c_str(), "")) return store;
    const std::string why = std::strerror(errno);
    xs_close(store);
    throw std::runtime_error{"xenstore's " + path + " cannot be watched: " + why};
}

}    // namespace

HostNews::HostNews(const boost::asio::any_io_executor& executor, const std::string& path, std::function<void()> on_news)
    : store_{opened(path)}, events_{executor, xs_fileno(store_)}, on_news_{std::move(on_news)} {
    wait();
}

HostNews::~HostNews() {
    events_.release();    // the descriptor is the library's
    xs_close(store_);
}

void HostNews::wait() {
    events_.async_wait(boost::asio::posix::descriptor_base::wait_read, [this](const boost::system::error_code& error) {
        if (error) return;
        while (char** news = xs_check_watch(store_))
            std::free(news);
        wait();
        on_news_();
    });
}

}    // namespace xm::guestbus
