#pragma once
// The domains that run beside ours, and our end of a vchan to each of them.

#include "vchan/end.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace xm::rpcproxy {

class GuestDomains {
public:
    virtual ~GuestDomains() = default;

    // Tells all that run, now and whenever one comes or goes; more than once if need be.
    virtual void watch(std::function<void(const std::vector<std::uint32_t>& domids)> on_change) = 0;

    // Which the domain finds, and no other. Any exception says that there is none to be had now.
    virtual std::unique_ptr<vchan::ServerEnd> open(std::uint32_t domid) = 0;
};

}    // namespace xm::rpcproxy
