#pragma once
// Who a caller is, if it is a guest. The composition root knows; the faces only ask.

#include "base/uuid.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace xm::expose {

class GuestCallers {
public:
    virtual ~GuestCallers() = default;
    // Nothing: the host itself. Failure: errors::caller_unknown.
    virtual boost::asio::awaitable<std::optional<Uuid>> guest_of(std::string sender) = 0;
};

}    // namespace xm::expose
