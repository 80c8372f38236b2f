#pragma once
// The host's end of one guest's vchan for as long as the domain lives: one session after the other. A guest whose
// session is not in order is turned away, and may come again; the memory stays the same.

#include "vchan/streams.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>

namespace xm::vchan {

class Server {
public:
    struct Events {
        std::function<void(std::shared_ptr<Stream>)> on_stream;
        std::function<void(Fault)> on_turned_away;    // as often as the guest likes
    };
    Server(boost::asio::any_io_executor executor, std::unique_ptr<ServerEnd> end, Events events);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

private:
    void on_event();
    void serve();
    void next();
    void turn_away(Fault fault);

    boost::asio::any_io_executor executor_;
    std::unique_ptr<ServerEnd> end_;
    Events events_;
    std::shared_ptr<Streams> session_;    // shared with what it has posted
    bool turned_away_ = false;
};

}    // namespace xm::vchan
