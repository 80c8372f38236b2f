#pragma once
// Telling a service on the bus something that nobody waits for. If the service is not there, that is silence: it asks
// for what it missed when it comes. Any other failure is a line in the log.

#include "bus/connection.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace xm::connect {

inline constexpr std::chrono::milliseconds tell_deadline{5'000};

// `what` names the call in the log. The call's own deadline ends it.
void tell(bus::Connection& connection, std::string what, boost::asio::awaitable<void> call);

}    // namespace xm::connect
