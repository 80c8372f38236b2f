#pragma once
// connect::GuestNews from the message bus.

#include "bus/client.hpp"
#include "bus/connection.hpp"
#include "connect/callers.hpp"
#include "connect/guest_news.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <deque>

namespace xm::connect {

class BusGuestNews {
public:
    // All of them outlive this.
    BusGuestNews(bus::Connection& connection, boost::asio::any_io_executor executor, Callers& callers,
                 GuestListener& listener);

private:
    std::deque<bus::Subscription> signals_;
};

}    // namespace xm::connect
