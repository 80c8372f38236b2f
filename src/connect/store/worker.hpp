#pragma once
// The thread that talks to xenstore. libxenstore waits for the daemon in every call, and even in opening: measured with
// a stopped daemon, none of them ever returns. So they are made here, one after another, and the loop waits for answers
// with a deadline. The thread begins with the first work and sleeps when there is none.
//
// Two connections: one for requests, on which libxenstore reads in our own call, and, once something is watched, one
// for watches, for which it starts a reading thread of its own. On one connection for both, each answer takes the way
// through that thread (37 instead of 24 microseconds for a read), and when the daemon dies in the middle of a request
// the library may close a descriptor twice. A read that a coroutine waits for takes 40 microseconds.
//
// Connections that are lost are opened again: for requests when there is the next one, for watches when the socket
// appears again in its folder (inotify), which is also how a xenstore that starts after us is found. That a xenstore
// has gone, and is back, is logged if something is watched.

#include "connect/store/session.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace xm::connect::store {

struct Watched {
    std::string path;
    std::uint64_t number;
    std::function<void()> on_change;    // called on the loop; empty: no longer wanted
    std::atomic<bool> told{false};      // the loop has been told and has not looked yet
};

class Worker {
public:
    explicit Worker(boost::asio::any_io_executor loop);
    ~Worker();    // waits for a request under way, but not long: a thread that hangs is left alone
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // `work` is called on the thread, then `then` on the loop. If there is no xenstore `work` is not called and `then`
    // gets StoreAway. It may be called a second time, if xenstore was restarted.
    using Work = std::function<void(Session&)>;
    using Then = std::function<void(std::exception_ptr)>;
    void perform(Work work, Then then);

    void watch(std::shared_ptr<Watched> what);
    void unwatch(std::shared_ptr<Watched> what);

private:
    struct State;
    void run(std::function<void(State&)> task);

    std::shared_ptr<State> state_;    // the thread holds it too
};

}    // namespace xm::connect::store
