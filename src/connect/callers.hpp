#pragma once
// Which domain stands behind a caller on the bus. A bus that knows domains is asked itself (GetConnectionDOMID).
// Otherwise guests come through connections of rpc-proxy, which knows whose they are: it owns the name
// com.citrix.xenclient.rpc_proxy.p<process id>, and the bus tells the process behind a connection. Whoever else calls
// is the host.

#include "base/uuid.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace xm::connect {

struct CallerDomain {
    std::int32_t domid = 0;    // 0: the host; -1: a guest whose number is not known
    std::optional<Uuid> vm;    // of a guest
    bool host() const { return domid == 0; }
};

// Answers are kept until the caller leaves the bus.
class Callers {
public:
    virtual ~Callers() = default;
    // Failure: errors::caller_unknown, for a guest that belongs to no VM, and for a caller that is gone.
    virtual boost::asio::awaitable<CallerDomain> domain_of(std::string sender) = 0;
};

}    // namespace xm::connect
