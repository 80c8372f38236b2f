#pragma once
// libxl's event sources on the Asio loop, in the way of poll(2): libxl says what it waits for and is told what came,
// always from the loop and never from within a call of libxl. (Its other way, registered hooks, leaves a timeout that
// has fired in its operation's list of what to abort, and crashes when the operation is aborted: seen with 4.17.)
//
// Asio would make libxl's descriptors non-blocking behind its back, so it waits for an epoll set around them.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <poll.h>

#include <chrono>
#include <memory>
#include <vector>

namespace xm::connect::xl {

// Whose descriptors and times they are.
class PollSource {
public:
    virtual ~PollSource() = default;
    // Writes what to wait for if there is room; says how many there are and the time until it must hear, negative:
    // none.
    virtual bool before_poll(int& count, pollfd* wanted, std::chrono::milliseconds& time) = 0;
    virtual void after_poll(const std::vector<pollfd>& found) = 0;
};

// The source outlives this object.
class Loop {
public:
    Loop(boost::asio::any_io_executor executor, PollSource& source);
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    // To be called whenever the source may want something else than before. Asked again at the next turn of the loop.
    void changed();

private:
    struct State;    // handlers that are still queued find out whether this object is there
    std::shared_ptr<State> state_;
};

}    // namespace xm::connect::xl
