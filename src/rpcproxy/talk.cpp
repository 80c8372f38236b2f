#include "rpcproxy/talk.hpp"

#include <algorithm>

namespace xm::rpcproxy {
namespace {

constexpr auto recently = std::chrono::milliseconds{250};

}

void Talk::heard(const void* who, Clock::time_point now) {
    if (latest[0].who != who) latest[1] = latest[0];
    latest[0] = {who, now};
}

bool Talk::others_than(const void* who, Clock::time_point now) const {
    return std::ranges::any_of(latest, [&](const Entry& entry) {
        return entry.who != nullptr && entry.who != who && now - entry.when < recently;
    });
}

}    // namespace xm::rpcproxy
