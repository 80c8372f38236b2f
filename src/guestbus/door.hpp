#pragma once
// The socket of the guest's processes, and those who have come in. Who comes while the host is away waits a little.

#include "base/fd.hpp"
#include "guestbus/client.hpp"
#include "guestbus/line.hpp"
#include "guestbus/settings.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <list>
#include <memory>

namespace xm::guestbus {

// Listens there. The folder is made if it is missing; a socket that nobody serves is taken over. Failure:
// std::runtime_error.
Fd listening(const Settings& settings);

class Door {
public:
    // line: the way to the host, outlives this.
    Door(const boost::asio::any_io_executor& executor, Fd listening, Line& line);

    void on_up();    // of the line

private:
    using Clients = std::list<std::shared_ptr<Client>>;    // shared with what they wait for

    void wait();
    void take_in();
    void start(const std::shared_ptr<Client>& client);
    void watch_patience();

    boost::asio::any_io_executor executor_;
    boost::asio::posix::stream_descriptor listening_;
    Line& line_;
    Clients clients_;
    std::list<std::weak_ptr<Client>> waiting_;    // for the host
    boost::asio::steady_timer patience_;
    boost::asio::steady_timer pause_;
};

}    // namespace xm::guestbus
