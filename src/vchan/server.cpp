#include "vchan/server.hpp"

#include <utility>

namespace xm::vchan {

Server::Server(boost::asio::any_io_executor executor, std::unique_ptr<ServerEnd> end, Events events)
    : executor_{std::move(executor)}, end_{std::move(end)}, events_{std::move(events)} {
    end_->when_event([this] { on_event(); });
    on_event();    // somebody may have come already
}

Server::~Server() {
    if (session_) session_->end();
}

void Server::on_event() {
    if (end_->client() == ServerEnd::Client::gone) next();
    if (end_->client() == ServerEnd::Client::here && !turned_away_) serve();
}

void Server::serve() {
    if (!session_)
        session_ = std::make_shared<Streams>(
            executor_, *end_, Streams::Side::host,
            Streams::Events{.on_stream = events_.on_stream, .on_fault = [this](Fault fault) { turn_away(fault); }});
    session_->turn();
}

void Server::next() {
    if (session_) session_->end();
    session_ = nullptr;
    turned_away_ = false;
    end_->reset();
}

void Server::turn_away(Fault fault) {
    if (end_->client() == ServerEnd::Client::gone) return on_event();    // it has left in the middle of something
    session_ = nullptr;
    turned_away_ = true;
    end_->turn_away();
    events_.on_turned_away(fault);
}

}    // namespace xm::vchan
