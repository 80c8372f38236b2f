#pragma once
// Tells when the host's firewall may have come, from xenstore. Costs nothing in between.

#include "base/fd.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <string>

namespace xm::guestbus {

class HostNews {
public:
    // Called once at the beginning too. Failure: std::runtime_error, where there is no xenstore.
    HostNews(const boost::asio::any_io_executor& executor, const std::string& path, std::function<void()> on_news);

private:
    void wait();

    Fd store_;
    boost::asio::posix::stream_descriptor events_;
    std::function<void()> on_news_;
};

}    // namespace xm::guestbus
