#pragma once
// What one conversation may use. Defaults are in the manual, rpc-proxy(8); zero means no limit where it says so.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace xm::rpcproxy {

struct Quota {
    std::size_t message = 32u << 20;    // bytes of one message; dbus-daemon's limit on its system bus
    std::size_t queued = 32u << 20;     // bytes that wait to be sent, each way; then the source is not read
    std::size_t held = 128u << 20;      // bytes that wait here in all conversations of one domain
    std::size_t calls = 512;            // waiting for an answer, each way
    std::size_t match_rules = 512;
    std::size_t match_rule_bytes = 1024;
    std::size_t names = 8;                    // that the peer owns on the bus
    std::size_t connections = 1024;           // at once, of one domain
    std::uint32_t calls_per_second = 1000;    // of a conversation, while others talk as well; 0: no limit
    static constexpr std::uint32_t conversations_worth = 4;    // of calls a second, for all of one domain
    std::chrono::seconds handshake{10};                        // until the peer has said Hello
    std::chrono::seconds asking{2};                            // for what the manager and the database tell of the peer
    std::chrono::seconds stalled{30};    // without a byte of a message that has begun, or of what it must read
};

// Lets through so many calls a second, evenly, after a short burst. Calls beyond, when there was no need to hold them,
// are soon forgotten.
class CallRate {
public:
    using Clock = std::chrono::steady_clock;

    CallRate(std::uint32_t per_second, Clock::time_point now)
        : interval_{per_second == 0 ? Clock::duration::zero() : Clock::duration{std::chrono::seconds{1}} / per_second},
          full_at_{now} {}

    void spend(Clock::time_point now) {
        full_at_ = std::max(full_at_, std::min(std::max(full_at_, now) + interval_, now + remembered * interval_));
    }
    // Spends a call of one who waits, and tells when it is within the limit. First come, first served.
    Clock::time_point reserve(Clock::time_point now) {
        const auto at = std::max(next(), now);
        full_at_ = std::max(full_at_, now) + interval_;
        return at;
    }
    // From when on the next call is within the limit.
    Clock::time_point next() const { return full_at_ - burst * interval_; }

private:
    static constexpr int burst = 50;
    static constexpr int remembered = 2 * burst;    // calls
    Clock::duration interval_;
    Clock::time_point full_at_;    // when the whole burst is there again
};

}    // namespace xm::rpcproxy
