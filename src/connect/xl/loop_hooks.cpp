#include "connect/xl/loop_hooks.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace xm::connect::xl {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

struct LoopHooks::Descriptor {
    Descriptor(const asio::any_io_executor& executor, int set, int libxls_fd, short wanted, void* key)
        : waiting{executor, set}, fd{libxls_fd}, events{wanted}, for_libxl{key} {}

    asio::posix::stream_descriptor waiting;    // of the epoll set that holds `fd` alone
    int fd;
    short events;
    void* for_libxl;
    bool always_ready = false;
    unsigned watch_number = 0;    // waits begun before the last change are not heard any more
};

struct LoopHooks::Timeout {
    Timeout(const asio::any_io_executor& executor, void* key) : timer{executor}, for_libxl{key} {}

    asio::steady_timer timer;
    void* for_libxl;
};

namespace {

LoopHooks* hooks_of(void* user) { return static_cast<LoopHooks*>(user); }

// libxl states times of the day.
std::chrono::microseconds time_until(timeval when) {
    timeval now{};
    ::gettimeofday(&now, nullptr);
    const std::chrono::microseconds left =
        std::chrono::seconds{when.tv_sec - now.tv_sec} + std::chrono::microseconds{when.tv_usec - now.tv_usec};
    return std::max(left, std::chrono::microseconds{0});
}

short ready_events(int fd, short events) {
    pollfd probe{.fd = fd, .events = events, .revents = 0};
    return ::poll(&probe, 1, 0) > 0 ? probe.revents : short{0};
}

// A set for one descriptor. False: a file on a disk, which cannot be waited for and is always ready.
bool put_into_set(int set, int operation, int fd, short events) {
    epoll_event event{};
    event.events = static_cast<std::uint32_t>(events);    // POLLIN and its like have the same values
    return ::epoll_ctl(set, operation, fd, &event) == 0 || errno != EPERM;
}

}    // namespace

const libxl_osevent_hooks LoopHooks::table{
    .fd_register = [](void* user, int fd, void** mine, short events,
                      void* for_libxl) { return hooks_of(user)->add_descriptor(fd, mine, events, for_libxl); },
    .fd_modify = [](void* user, int, void** mine,
                    short events) { return hooks_of(user)->change_descriptor(*mine, events); },
    .fd_deregister = [](void* user, int, void* mine) { hooks_of(user)->remove_descriptor(mine); },
    .timeout_register = [](void* user, void** mine, timeval when,
                           void* for_libxl) { return hooks_of(user)->add_timeout(mine, when, for_libxl); },
    .timeout_modify = [](void* user, void** mine, timeval) { return hooks_of(user)->hasten_timeout(*mine); },
    .timeout_deregister = [](void*, void*) {},    // libxl promises not to call it
};

LoopHooks::LoopHooks(asio::any_io_executor executor, LoopSink& sink) : executor_{std::move(executor)}, sink_{sink} {}

LoopHooks::~LoopHooks() = default;

int LoopHooks::add_descriptor(int fd, void** mine, short events, void* for_libxl) {
    const int set = ::epoll_create1(EPOLL_CLOEXEC);
    if (set < 0) return ERROR_OSEVENT_REG_FAIL;
    auto descriptor = std::make_shared<Descriptor>(executor_, set, fd, events, for_libxl);
    descriptor->always_ready = !put_into_set(set, EPOLL_CTL_ADD, fd, events);
    *mine = descriptor.get();
    watch(*descriptors_.emplace(*mine, std::move(descriptor)).first->second);
    return 0;
}

int LoopHooks::change_descriptor(void* mine, short events) {
    Descriptor& descriptor = *descriptors_.at(mine);
    descriptor.events = events;
    put_into_set(descriptor.waiting.native_handle(), EPOLL_CTL_MOD, descriptor.fd, events);
    watch(descriptor);
    return 0;
}

void LoopHooks::watch(Descriptor& descriptor) {
    const auto look = [this, weak = std::weak_ptr{descriptors_.at(&descriptor)},
                       number = ++descriptor.watch_number](const ErrorCode& error) {
        const auto alive = weak.lock();
        if (alive && !error && alive->watch_number == number) due(*alive);
    };
    descriptor.waiting.cancel();
    if (descriptor.events == 0) return;
    if (descriptor.always_ready) return asio::post(executor_, [look] { look(ErrorCode{}); });
    descriptor.waiting.async_wait(asio::posix::stream_descriptor::wait_read, look);
}

void LoopHooks::due(Descriptor& descriptor) {
    const unsigned number = descriptor.watch_number;
    const short revents = ready_events(descriptor.fd, descriptor.events);
    if (revents != 0) sink_.on_descriptor(descriptor.for_libxl, descriptor.fd, descriptor.events, revents);
    // Registered still, and not changed meanwhile? Then waited for again.
    if (descriptors_.contains(&descriptor) && descriptor.watch_number == number) watch(descriptor);
}

int LoopHooks::add_timeout(void** mine, timeval when, void* for_libxl) {
    auto timeout = std::make_shared<Timeout>(executor_, for_libxl);
    *mine = timeout.get();
    arm(*timeouts_.emplace(*mine, std::move(timeout)).first->second, when);
    return 0;
}

// The only change libxl makes: as soon as possible. It may be due at this moment already, and is told once all the
// same.
int LoopHooks::hasten_timeout(void* mine) {
    const auto found = timeouts_.find(mine);
    if (found != timeouts_.end()) arm(*found->second, timeval{});
    return 0;
}

void LoopHooks::arm(Timeout& timeout, timeval when) {
    timeout.timer.expires_after(time_until(when));
    timeout.timer.async_wait([this, weak = std::weak_ptr{timeouts_.at(&timeout)}](const ErrorCode& error) {
        const auto alive = weak.lock();
        if (!alive || error || timeouts_.erase(alive.get()) == 0) return;
        sink_.on_timeout(alive->for_libxl);
    });
}

}    // namespace xm::connect::xl
