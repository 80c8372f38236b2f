#pragma once
// connect::RpcProxy by signal: SIGHUP to every process that owns com.citrix.xenclient.rpc_proxy or a name below it.

#include "bus/connection.hpp"
#include "connect/rpc_proxy.hpp"

#include <memory>

namespace xm::connect {

std::unique_ptr<RpcProxy> make_bus_rpc_proxy(bus::Connection& connection);

}    // namespace xm::connect
