#pragma once
// connect::Database over the message bus: com.citrix.xenclient.db and its companion interface for transactions.

#include "bus/connection.hpp"
#include "connect/db.hpp"

#include <memory>

namespace xm::connect {

std::unique_ptr<Database> make_bus_database(bus::Connection& connection);

}    // namespace xm::connect
