#pragma once
// Scripts that a test hands to a user interface: first in, first out, in memory only. Taking waits until there is one.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <string>
#include <utility>

namespace xm::xenmgr {

class ScriptQueue {
public:
    explicit ScriptQueue(const boost::asio::any_io_executor& executor)
        : bell_{executor, boost::asio::steady_timer::time_point::max()} {}

    void put(std::string script);    // throws limits_exceeded when nobody takes them
    boost::asio::awaitable<std::string> take();

private:
    std::deque<std::string> scripts_;
    boost::asio::steady_timer bell_;    // cancelled to wake whoever waits
};

}    // namespace xm::xenmgr
