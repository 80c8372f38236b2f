#pragma once
// connect::Network over the message bus: com.citrix.xenclient.networkdaemon.

#include "bus/connection.hpp"
#include "connect/network.hpp"

#include <memory>

namespace xm::connect {

std::unique_ptr<Network> make_bus_network(bus::Connection& connection);

}    // namespace xm::connect
