#pragma once
// Who a caller is to the database: the host, or a VM.

#include "connect/callers.hpp"
#include "dbd/access.hpp"

#include <string>

namespace xm::dbd {

class BusIdentity final : public CallerIdentity {
public:
    explicit BusIdentity(connect::Callers& callers) : callers_{callers} {}    // outlive this

    boost::asio::awaitable<Identity> identify(std::string sender) override {
        const connect::CallerDomain domain = co_await callers_.domain_of(std::move(sender));
        co_return Identity{.guest = domain.vm};
    }

private:
    connect::Callers& callers_;
};

}    // namespace xm::dbd
