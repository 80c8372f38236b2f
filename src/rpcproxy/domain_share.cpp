#include "rpcproxy/domain_share.hpp"

#include <algorithm>
#include <limits>

namespace xm::rpcproxy {

std::shared_ptr<DomainShare> DomainShares::of(std::optional<std::uint32_t> domid, const Quota& quota) {
    if (const auto at = shares_.find(domid); at != shares_.end())
        if (auto share = at->second.lock()) return share;
    std::erase_if(shares_, [](const auto& entry) { return entry.second.expired(); });
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
    const auto calls = std::min(std::uint64_t{quota.calls_per_second} * Quota::conversations_worth, most);
    auto share = std::make_shared<DomainShare>(
        DomainShare{.rate = CallRate{static_cast<std::uint32_t>(calls), CallRate::Clock::now()}});
    shares_.insert_or_assign(domid, share);
    return share;
}

}    // namespace xm::rpcproxy
