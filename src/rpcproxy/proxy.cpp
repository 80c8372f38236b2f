#include "rpcproxy/proxy.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace xm::rpcproxy {
namespace asio = boost::asio;

void Proxy::open(std::function<void()> on_last) {
    on_last_ = std::move(on_last);
    parts_.listener.open([this](Arrival arrival) { on_arrival(std::move(arrival)); });
}

std::size_t Proxy::of_domain(const std::optional<std::uint32_t>& domid) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(conversations_, [&](const auto& other) { return other->facts().domid == domid; }));
}

void Proxy::on_arrival(Arrival arrival) {
    const auto at = conversations_.emplace(conversations_.end());
    *at = std::make_shared<Conversation>(parts_.common, std::move(arrival.link), [this, at] {
        asio::post(parts_.common.executor, [this, at] {
            conversations_.erase(at);
            if (parts_.listener.one_peer_only()) on_last_();
        });
    });
    (*at)->set_domain(parts_.given.domid ? parts_.given.domid : arrival.domid);
    asio::co_spawn(parts_.common.executor, begin(*at),
                   [conversation = *at](const std::exception_ptr& failure) { conversation->end_if(failure); });
}

// A domain can have gone, and its number be another's, while a conversation begins.
bool Proxy::may_die(const Facts& facts) const {
    return parts_.common.gate.firewall && facts.domid.value_or(0) != 0 && !parts_.given.uuid;
}

asio::awaitable<bool> Proxy::lives_since(std::uint64_t deaths, const Facts& facts) {
    while (may_die(facts) && deaths != deaths_) {
        deaths = deaths_;
        const bool there = co_await still_there(facts, parts_.xenstore);
        if (!there) co_return false;
    }
    co_return true;
}

// Nothing of the peer is read before all of this is known.
asio::awaitable<void> Proxy::begin(std::shared_ptr<Conversation> conversation) {
    const std::uint64_t deaths = deaths_;
    Facts facts = conversation->facts();
    if (of_domain(facts.domid) > parts_.common.quota.connections)
        co_return conversation->end("the domain has too many connections");
    if (parts_.common.gate.firewall) facts = co_await identify(parts_.given, facts.domid, parts_.xenstore);
    const bool ready = co_await parts_.bus.wait_ready();
    if (!ready) co_return conversation->end("the bus is not there");
    auto guest = co_await parts_.policies.guest(facts.uuid);
    const bool lives = co_await lives_since(deaths, facts);
    if (!lives) co_return conversation->end("its domain is gone");
    log::debug("begins domid={}", facts.domid ? std::to_string(*facts.domid) : "unknown");
    conversation->start(facts, std::move(guest), parts_.connector);
}

void Proxy::bus_lost() {
    const auto all = conversations_;
    for (const auto& conversation : all)
        conversation->end_with_bus("the bus is gone");
}

void Proxy::check_domain(const std::shared_ptr<Conversation>& conversation) {
    asio::co_spawn(parts_.common.executor, still_there(conversation->facts(), parts_.xenstore),
                   [conversation](const std::exception_ptr&, bool there) {
                       if (!there) conversation->end("its domain is gone");
                   });
}

void Proxy::domains_changed() {
    ++deaths_;
    for (const auto& conversation : conversations_)
        if (may_die(conversation->facts())) check_domain(conversation);
}

}    // namespace xm::rpcproxy
