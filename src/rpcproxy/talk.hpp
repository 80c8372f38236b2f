#pragma once
// Whether a peer has the proxy for itself at this moment.

#include <array>
#include <chrono>

namespace xm::rpcproxy {

// Who talked last: the two latest of different peers.
struct Talk {
    using Clock = std::chrono::steady_clock;
    struct Entry {
        const void* who = nullptr;
        Clock::time_point when{};
    };
    void heard(const void* who, Clock::time_point now);
    bool others_than(const void* who, Clock::time_point now) const;
    std::array<Entry, 2> latest{};
};

}    // namespace xm::rpcproxy
