#include "connect/xl/loop_hooks.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <chrono>

namespace xm::connect::xl {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using Wait = asio::posix::stream_descriptor::wait_type;

struct LoopHooks::Descriptor {
    Descriptor(const asio::any_io_executor& executor, int copy, int libxls_fd, short wanted, void* key)
        : waiting{executor, copy}, fd{libxls_fd}, events{wanted}, for_libxl{key} {}

    asio::posix::stream_descriptor waiting;
    int fd;    // libxl's own
    short events;
    void* for_libxl;
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
    const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return ERROR_OSEVENT_REG_FAIL;
    auto descriptor = std::make_shared<Descriptor>(executor_, copy, fd, events, for_libxl);
    *mine = descriptor.get();
    watch(*descriptors_.emplace(*mine, std::move(descriptor)).first->second);
    return 0;
}

int LoopHooks::change_descriptor(void* mine, short events) {
    Descriptor& descriptor = *descriptors_.at(mine);
    descriptor.events = events;
    descriptor.waiting.cancel();
    watch(descriptor);
    return 0;
}

void LoopHooks::watch(Descriptor& descriptor) {
    const std::weak_ptr weak = descriptors_.at(&descriptor);
    const unsigned number = ++descriptor.watch_number;
    const auto begin = [&](Wait what) {
        descriptor.waiting.async_wait(what, [this, weak, number](const ErrorCode& error) {
            const auto alive = weak.lock();
            if (alive && !error && alive->watch_number == number) due(weak);
        });
    };
    if (descriptor.events & (POLLIN | POLLPRI)) begin(Wait::wait_read);
    if (descriptor.events & POLLOUT) begin(Wait::wait_write);
}

void LoopHooks::due(const std::weak_ptr<Descriptor>& weak) {
    const auto before = weak.lock();
    before->waiting.cancel();
    const short revents = ready_events(before->fd, before->events);
    if (revents != 0) sink_.on_descriptor(before->for_libxl, before->fd, before->events, revents);
    // Registered still? Then waited for again; a changed one waits already, a second time does no harm.
    if (descriptors_.contains(before.get())) watch(*before);
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
