#pragma once
// SIGTERM and SIGINT: finish what is under way, then stop the loop. SIGHUP: read the file again.

#include "dbd/commits.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

namespace xm::dbd {

// Both references outlive this.
class Signals {
public:
    Signals(boost::asio::io_context& loop, Commits& commits);

private:
    void wait();
    boost::asio::awaitable<void> end();
    boost::asio::awaitable<void> reload();

    boost::asio::io_context& loop_;
    Commits& commits_;
    boost::asio::signal_set signals_;
};

}    // namespace xm::dbd
