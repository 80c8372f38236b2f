#pragma once
// Tells when the host's firewall may have come, from xenstore. Costs nothing in between.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <string>

struct xs_handle;

namespace xm::guestbus {

class HostNews {
public:
    // Failure: std::runtime_error, where there is no xenstore.
    HostNews(const boost::asio::any_io_executor& executor, const std::string& path, std::function<void()> on_news);
    ~HostNews();
    HostNews(const HostNews&) = delete;
    HostNews& operator=(const HostNews&) = delete;

private:
    void wait();

    xs_handle* store_;
    boost::asio::posix::stream_descriptor events_;
    std::function<void()> on_news_;
};

}    // namespace xm::guestbus
