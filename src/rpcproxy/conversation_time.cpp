// What a conversation waits for, and what must not last.

#include "rpcproxy/conversation.hpp"

#include <algorithm>
#include <utility>

namespace xm::rpcproxy {

// A peer that asks more than its share waits, if anybody else wants something; so do all of a domain.
bool Conversation::throttled() {
    const auto now = peer_.moved;
    common_.talk.heard(this, now);
    common_.domains.heard(*domain_, now);
    if (pausing_) return true;
    if (common_.quota.calls_per_second == 0 || reserved_) return false;
    const auto others_want = [&](const auto& talk, const auto& who) {
        return talk.others_than(who, now) || common_.names.other_proxies();
    };
    auto next = rate_.next() > now && others_want(common_.talk, this) ? rate_.next() : now;
    reserved_ = domain_->rate.next() > now && others_want(common_.domains, *domain_);
    if (reserved_) next = std::max(next, domain_->rate.reserve(now));
    if (next == now) return false;
    pause_until(next);
    return true;
}

void Conversation::pause_until(Clock::time_point when) {
    pausing_ = true;
    pause_.expires_at(when);
    pause_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (error || !self || self->ended_) return;
        self->pausing_ = false;
        self->guarded([&] { self->go_on(self->peer_); });
    });
}

// The peer's handshake, Hello included, or the bus's answer to ours. One that speaks JSON may be silent then.
bool Conversation::greeting() const {
    if (peer_.json) return !peer_.json->open() || (bus_.link && !bus_ready_);
    return sasl_ || !bus_ready_;
}

// One timer for all that must not last: it is set while something waits, and looks again when it fires.
void Conversation::watch_time() {
    const bool waits = greeting() || unfinished(peer_) || !peer_.out.empty() || !bus_.out.empty();
    if (ended_ || timing_ || !waits) return;
    timing_ = true;
    timer_.expires_after(std::min(common_.quota.handshake, common_.quota.stalled));
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (error || !self || self->ended_) return;
        self->timing_ = false;
        self->guarded([&] { self->check_time(); });
    });
}

bool Conversation::unfinished(const Side& side) const {
    return !side.in.empty() || (side.json && side.json->incomplete());
}

void Conversation::check_time() {
    const auto now = Clock::now();
    const auto stalled = [&](bool waits, Clock::time_point since) {
        return waits && now - since >= common_.quota.stalled;
    };
    if (greeting() && now - began_ >= common_.quota.handshake) return end("the handshake took too long");
    if (stalled(!peer_.out.empty(), peer_.taken)) return end("the peer does not read what it asked for");
    if (stalled(!bus_.out.empty(), bus_.taken)) return end_with_bus("the bus does not read");
    if (stalled(unfinished(peer_) && !blocked(peer_), peer_.moved)) return end("the peer stopped within a message");
    watch_time();
}

}    // namespace xm::rpcproxy
