#pragma once
// The firewall as a whole: takes peers from its channel, finds out who they are, and opens their conversations.

#include "rpcproxy/channel.hpp"
#include "rpcproxy/conversation.hpp"
#include "rpcproxy/identity.hpp"
#include "rpcproxy/policies.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string_view>

namespace xm::rpcproxy {

// Whether the bus can be spoken to, and all its names are known.
class BusReadiness {
public:
    virtual ~BusReadiness() = default;
    virtual boost::asio::awaitable<bool> wait_ready() = 0;
};

class Proxy {
public:
    struct Parts {
        Common& common;
        Policies& policies;
        BusReadiness& bus;
        Listener& listener;
        Connector& connector;
        GivenIdentity given;
        connect::store::Store& xenstore;
    };
    explicit Proxy(Parts parts) : parts_{std::move(parts)} {}

    // on_last: a channel for one peer only has lost it.
    void open(std::function<void()> on_last);

    void bus_lost();           // cuts everybody
    void domains_changed();    // cuts those whose domain is gone

    using Conversations = std::list<std::shared_ptr<Conversation>>;
    const GateOptions& options() const { return parts_.common.gate; }
    const GivenIdentity& given() const { return parts_.given; }
    const Conversations& conversations() const { return conversations_; }

private:
    void on_arrival(Arrival arrival);
    boost::asio::awaitable<void> begin(std::shared_ptr<Conversation> conversation);
    boost::asio::awaitable<bool> lives_since(std::uint64_t deaths, const Facts& facts);
    bool may_die(const Facts& facts) const;
    void check_domain(const std::shared_ptr<Conversation>& conversation);
    std::size_t of_domain(const std::optional<std::uint32_t>& domid) const;

    Parts parts_;
    std::function<void()> on_last_;
    Conversations conversations_;
    std::uint64_t deaths_ = 0;    // of domains, since the process began
};

}    // namespace xm::rpcproxy
