#include "connect/store/watches.hpp"

#include "base/fd.hpp"
#include "base/text.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace xm::connect::store {
namespace {

// A socket appears a moment before anybody listens to it: 10 ms, 20 ms, ..., two and a half seconds in all.
constexpr int most_attempts = 8;
constexpr std::chrono::milliseconds first_pause{10};

// Where nobody tells: a guard listens, and its socket stays where it is when the xenstore behind it comes back.
constexpr std::chrono::seconds pause_untold{3};

bool has_ended(int socket) {
    char byte = 0;
    return ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

}    // namespace

Watches::Watches(boost::asio::io_context& thread, OnNews on_news, OnPresence on_presence)
    : thread_{thread},
      on_news_{std::move(on_news)},
      on_presence_{std::move(on_presence)},
      news_{thread},
      silent_{thread},
      retry_{thread} {}

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
        try_again_later(true);
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

// The silent one first: through a guard it must not lead to a later xenstore than the other.
void Watches::connect() {
    disconnect();
    const bool silent = connect_silently();
    handle_ = open_store();
    const bool heard = handle_ != nullptr;
    Fd news{heard && register_all() ? ::fcntl(xs_fileno(handle_.get()), F_DUPFD_CLOEXEC, 0) : -1};
    if (!news) {
        disconnect();
        return try_again_later(heard);
    }
    news_.assign(news.release());
    wait();
    if (silent) wait_for_end();
    if (std::exchange(gone_, false)) on_presence_(true);
}

// False: xenstore has no socket on this host, or it has gone.
bool Watches::connect_silently() {
    boost::system::error_code none;
    silent_.open({}, none);
    if (none) return false;
    keep_from_children(silent_.native_handle());
    silent_.connect(xs_daemon_socket(), none);
    return !none;
}

void Watches::disconnect() {
    boost::system::error_code ignored;
    if (news_.is_open()) news_.close();
    silent_.close(ignored);
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

// `heard`: somebody listens at the socket.
void Watches::try_again_later(bool heard) {
    const bool soon = attempts_ < most_attempts;
    const bool is_told = appears_->hears() && !(heard && gone_);
    if (!soon && is_told) return;    // when the socket appears again
    retry_.expires_after(soon ? first_pause * (1 << attempts_++) : pause_untold);
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

void Watches::wait_for_end() {
    silent_.async_wait(silent_.wait_read, [this](const boost::system::error_code& cancelled) {
        if (cancelled || !has_ended(silent_.native_handle())) return;
        if (!std::exchange(gone_, true)) on_presence_(false);
        attempts_ = most_attempts;
        connect();
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
