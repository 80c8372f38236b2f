#pragma once
// Calls that were let through and wait for their answer, in one direction of one conversation. Bounded; the oldest
// comes first, since answers mostly come in order.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace xm::rpcproxy {

struct PendingCall {
    enum class Kind : std::uint8_t { plain, hello, own_hello, add_match, request_name, get_name_owner };
    std::uint32_t serial = 0;
    std::string peer{};     // who is to answer (calls to the bus), or who asked (calls to the guest)
    std::string owner{};    // the unique name behind `peer` when the call went out; empty: nobody then
    Kind kind = Kind::plain;
    std::string argument{};    // the first one, of kinds that are about something
};

class PendingCalls {
public:
    explicit PendingCalls(std::size_t limit) : limit_{limit} {}

    bool full() const { return calls_.size() >= limit_; }
    std::size_t size() const { return calls_.size(); }
    void add(PendingCall call) { calls_.push_back(std::move(call)); }
    void forget_oldest() { calls_.pop_front(); }
    const std::deque<PendingCall>& all() const { return calls_; }

    // The first call with this serial for which `asked` holds; it no longer waits.
    template <class Asked>
    std::optional<PendingCall> take(std::uint32_t serial, Asked asked) {
        for (auto at = calls_.begin(); at != calls_.end(); ++at) {
            if (at->serial != serial || !asked(*at)) continue;
            std::optional<PendingCall> found{std::move(*at)};
            calls_.erase(at);
            return found;
        }
        return std::nullopt;
    }

private:
    std::size_t limit_;
    std::deque<PendingCall> calls_;
};

}    // namespace xm::rpcproxy
