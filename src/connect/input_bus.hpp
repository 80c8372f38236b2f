#pragma once
// connect::Input over the message bus: com.citrix.xenclient.input.

#include "bus/connection.hpp"
#include "connect/input.hpp"

#include <memory>

namespace xm::connect {

std::unique_ptr<Input> make_bus_input(bus::Connection& connection);

}    // namespace xm::connect
