#pragma once
// What all conversations of one domain may use together, so that a guest gains nothing by having many.

#include "rpcproxy/quota.hpp"
#include "rpcproxy/talk.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

namespace xm::rpcproxy {

struct DomainShare {
    std::size_t held = 0;    // bytes that wait here
    CallRate rate;
};

class DomainShares {
public:
    // The same for all who hold it. Nothing: peers whose domain is not known, as if they were one.
    std::shared_ptr<DomainShare> of(std::optional<std::uint32_t> domid, const Quota& quota);

    void heard(const DomainShare& share, Talk::Clock::time_point now) { talk_.heard(&share, now); }
    bool others_than(const DomainShare& share, Talk::Clock::time_point now) const {
        return talk_.others_than(&share, now);
    }

private:
    std::map<std::optional<std::uint32_t>, std::weak_ptr<DomainShare>> shares_;
    Talk talk_;
};

}    // namespace xm::rpcproxy
