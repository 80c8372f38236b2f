#include "connect/store/watches.hpp"

#include "base/text.hpp"

#include <fcntl.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace xm::connect::store {
namespace {

// A socket appears a moment before anybody listens to it: 10 ms, 20 ms, ..., two and a half seconds in all.
constexpr int most_attempts = 8;
constexpr std::chrono::milliseconds first_pause{10};

}    // namespace

Watches::Watches(boost::asio::io_context& thread, OnNews on_news)
    : thread_{thread}, on_news_{std::move(on_news)}, news_{thread}, retry_{thread} {}

void Watches::add(std::shared_ptr<Watched> what) {
    const Watched& added = *all_.emplace(what->number, what).first->second;
    if (!appears_) {
        appears_.emplace(thread_.get_executor(), xs_daemon_socket(), [this] {
            attempts_ = 0;
            connect();
        });
        connect();
    } else if (handle_ && !tell(added)) {
        disconnect();
        try_again_later();
    }
}

void Watches::remove(const Watched& what) {
    const bool known = all_.erase(what.number) > 0;
    if (known && handle_) xs_unwatch(handle_.get(), what.path.c_str(), std::to_string(what.number).c_str());
}

void Watches::end() {
    all_.clear();
    disconnect();
    retry_.cancel();
    appears_.reset();
}

void Watches::connect() {
    disconnect();
    handle_.reset(xs_open(0));
    if (!handle_ || !register_all()) {
        disconnect();
        return try_again_later();
    }
    news_.assign(::fcntl(xs_fileno(handle_.get()), F_DUPFD_CLOEXEC, 0));
    wait();
}

void Watches::disconnect() {
    if (news_.is_open()) news_.close();
    handle_.reset();
}

bool Watches::register_all() {
    for (const auto& [number, watched] : all_)
        if (!tell(*watched)) return false;
    return true;
}

// The daemon tells at once that the node may have changed: whoever watches looks at it for the first time, or again.
bool Watches::tell(const Watched& what) {
    return xs_watch(handle_.get(), what.path.c_str(), std::to_string(what.number).c_str());
}

void Watches::try_again_later() {
    if (attempts_ >= most_attempts) return;    // until the socket appears again
    retry_.expires_after(first_pause * (1 << attempts_++));
    retry_.async_wait([this](const boost::system::error_code& error) {
        if (!error) connect();
    });
}

void Watches::wait() {
    news_.async_wait(news_.wait_read, [this](const boost::system::error_code& error) {
        if (error) return;
        take_news();
        wait();
    });
}

void Watches::take_news() {
    while (const Given<char*[]> event{xs_check_watch(handle_.get())}) {
        const auto number = text::parse_number<std::uint64_t>(event[XS_WATCH_TOKEN]);
        const auto at = number ? all_.find(*number) : all_.end();
        if (at != all_.end()) on_news_(at->second);
    }
}

}    // namespace xm::connect::store
