#pragma once
// Guest agents that pass a request on to the machine they live in.

#include "connect/guest_agents.hpp"

#include <functional>
#include <set>

namespace xm::fakes {

class FakeGuestAgents final : public connect::GuestAgents {
public:
    std::set<Uuid> present_in;
    std::function<void(const Uuid&, const std::string&)> on_request;

    bool present(const Uuid& uuid) const override { return present_in.contains(uuid); }

    boost::asio::awaitable<void> request(Uuid uuid, std::string what, std::chrono::milliseconds) override {
        if (on_request) on_request(uuid, what);
        co_return;
    }
};

}    // namespace xm::fakes
