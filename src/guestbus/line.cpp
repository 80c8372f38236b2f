#include "guestbus/line.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace xm::guestbus {
namespace {

using namespace std::chrono_literals;
constexpr auto first_pause = 50ms;
constexpr int most_tries = 8;     // some ten seconds in all
constexpr auto patience = 30s;    // with a host that does not answer

}    // namespace

Line::Line(boost::asio::any_io_executor executor, Connect connect, Events events)
    : executor_{std::move(executor)},
      connect_{std::move(connect)},
      events_{std::move(events)},
      again_{executor_},
      greeting_{executor_} {}

Line::~Line() {
    if (streams_) streams_->end();
}

void Line::on_news() {
    tries_ = 0;
    if (!end_) try_now();
}

void Line::try_now() {
    end_ = connect_();
    if (!end_) return try_later();
    greet();
}

void Line::try_later() {
    if (tries_ >= most_tries) return;
    again_.expires_after(first_pause * (1 << tries_++));
    again_.async_wait([this](const boost::system::error_code& error) {
        if (!error && !end_) try_now();
    });
}

void Line::greet() {
    streams_ = std::make_shared<vchan::Streams>(
        executor_, *end_, vchan::Streams::Side::guest,
        vchan::Streams::Events{.on_greeted = [this] { on_greeted(); }, .on_fault = [this](vchan::Fault) { drop(); }});
    end_->when_event([this] { on_event(); });
    greeting_.expires_after(patience);
    greeting_.async_wait([this](const boost::system::error_code& error) {
        if (!error && !up_) drop();
    });
    streams_->greet();
    on_event();
}

// What the host has said before it went is still passed on.
void Line::on_event() {
    streams_->turn();
    if (!end_->open() && !std::exchange(dropping_, true))
        boost::asio::post(executor_, [this] {
            if (end_ && !end_->open()) drop();
        });
}

void Line::on_greeted() {
    greeting_.cancel();
    tries_ = 0;
    up_ = true;
    boost::asio::post(executor_, [this] {
        if (up_) events_.on_up();
    });
}

void Line::drop() {
    const bool was_up = std::exchange(up_, false);
    greeting_.cancel();
    if (streams_) streams_->end();
    streams_ = nullptr;
    end_ = nullptr;
    dropping_ = false;
    if (was_up) events_.on_down();
    try_later();
}

}    // namespace xm::guestbus
