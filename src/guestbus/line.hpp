#pragma once
// The way to the host: connects, greets, and connects again when the host's firewall comes back. Waits for news of it,
// and tries a few times after each, since a firewall that has just come may not have let go of the last session.

#include "vchan/end.hpp"
#include "vchan/streams.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace xm::guestbus {

class Line {
public:
    using Connect = std::function<std::unique_ptr<vchan::ClientEnd>()>;    // null: nobody is there
    struct Events {
        std::function<void()> on_up;
        std::function<void()> on_down;    // all streams have ended
    };
    Line(boost::asio::any_io_executor executor, Connect connect, Events events);
    ~Line();

    void on_news();    // there may be somebody now
    bool up() const { return up_; }
    std::shared_ptr<vchan::Stream> open() { return up_ ? streams_->open() : nullptr; }    // null: not now

private:
    void try_now();
    void try_later();
    void greet();
    void on_event();
    void on_greeted();
    void drop();

    boost::asio::any_io_executor executor_;
    Connect connect_;
    Events events_;
    std::unique_ptr<vchan::ClientEnd> end_;
    std::shared_ptr<vchan::Streams> streams_;    // shared with what it has posted
    boost::asio::steady_timer again_;
    boost::asio::steady_timer greeting_;
    int tries_ = 0;    // since there was news
    bool up_ = false;
    bool dropping_ = false;
};

}    // namespace xm::guestbus
