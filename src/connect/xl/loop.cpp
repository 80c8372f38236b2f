#include "connect/xl/loop.hpp"

#include <boost/asio/post.hpp>

#include <sys/epoll.h>

#include <cerrno>

namespace xm::connect::xl {

namespace asio = boost::asio;
using std::chrono::milliseconds;

struct Loop::State : std::enable_shared_from_this<State> {
    State(asio::any_io_executor on, PollSource& whose) : executor{on}, source{&whose}, ready{on}, timer{on} {}

    void ask_soon();
    void ask();
    void wait_for(std::vector<pollfd> wanted, milliseconds time);
    void turn();
    std::vector<pollfd> wanted(milliseconds& time);

    // Calls `what` with this object unless something else is waited for by then.
    auto unless_outdated(void (State::*what)()) {
        return [weak = weak_from_this(), number = number, what](const boost::system::error_code& error = {}) {
            const auto alive = weak.lock();
            if (alive && alive->source && !error && alive->number == number) (*alive.*what)();
        };
    }

    asio::any_io_executor executor;
    PollSource* source;                      // null: the Loop has gone
    asio::posix::stream_descriptor ready;    // the epoll set
    asio::steady_timer timer;
    unsigned number = 0;    // of what is waited for
    bool asking = false;
};

namespace {

// False: a file on a disk, which cannot be waited for and is always ready.
bool add_to_set(int set, const pollfd& wanted) {
    epoll_event event{};
    event.events = static_cast<std::uint32_t>(wanted.events);    // POLLIN and its like have the same values
    return ::epoll_ctl(set, EPOLL_CTL_ADD, wanted.fd, &event) == 0 || errno != EPERM;
}

}    // namespace

void Loop::State::ask_soon() {
    if (asking) return;
    asking = true;
    asio::post(executor, [weak = weak_from_this()] {
        const auto alive = weak.lock();
        if (alive && alive->source) alive->ask();
    });
}

std::vector<pollfd> Loop::State::wanted(milliseconds& time) {
    std::vector<pollfd> list(8);
    for (;;) {
        int count = static_cast<int>(list.size());
        time = milliseconds{-1};
        const bool enough = source->before_poll(count, list.data(), time);
        list.resize(static_cast<std::size_t>(count));
        if (enough) return list;
    }
}

void Loop::State::ask() {
    asking = false;
    milliseconds time{-1};
    std::vector<pollfd> list = wanted(time);
    wait_for(std::move(list), time);
}

// A new set each time: a descriptor's number may mean another file by now, and a child may hold the old one open.
void Loop::State::wait_for(std::vector<pollfd> list, milliseconds time) {
    ++number;
    ready.close();
    timer.cancel();
    ready.assign(::epoll_create1(EPOLL_CLOEXEC));
    bool at_once = time == milliseconds{0};
    for (const pollfd& one : list)
        if (one.events != 0 && !add_to_set(ready.native_handle(), one)) at_once = true;
    const auto due = unless_outdated(&State::turn);
    if (at_once) return asio::post(executor, [due] { due(); });
    ready.async_wait(asio::posix::stream_descriptor::wait_read, due);
    if (time < milliseconds{0}) return;
    timer.expires_after(time);
    timer.async_wait(due);
}

void Loop::State::turn() {
    milliseconds ignored{-1};
    std::vector<pollfd> found = wanted(ignored);
    ::poll(found.data(), static_cast<nfds_t>(found.size()), 0);
    source->after_poll(found);
    if (source) ask();
}

Loop::Loop(asio::any_io_executor executor, PollSource& source)
    : state_{std::make_shared<State>(std::move(executor), source)} {}

Loop::~Loop() {
    state_->source = nullptr;
    boost::system::error_code ignored;
    state_->ready.close(ignored);
    state_->timer.cancel();
}

void Loop::changed() { state_->ask_soon(); }

}    // namespace xm::connect::xl
