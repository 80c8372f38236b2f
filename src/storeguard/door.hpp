#pragma once
// Where clients of the guard come in. There are few of them, and each is one conversation with xenstored.

#include "base/fd.hpp"
#include "storeguard/relay.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/system/error_code.hpp>

#include <string>

namespace xm::storeguard {

// A listening socket of our own, mode 0660, instead of what a process that ended has left. Throws
// boost::system::system_error.
Fd listen_at(const std::string& path);

class Door {
public:
    Door(boost::asio::any_io_executor executor, Fd listening, Stream::endpoint xenstored);

private:
    static constexpr int most_clients = 64;    // a process has three: one asks, one watches, one waits for the end

    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> serve(Stream::socket client);
    void report(const boost::system::error_code& error);

    Stream::acceptor acceptor_;
    Stream::endpoint xenstored_;
    int clients_ = 0;
    bool there_ = true;    // xenstored, as far as was said
};

}    // namespace xm::storeguard
