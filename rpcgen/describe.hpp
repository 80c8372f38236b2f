#pragma once
// interfaces.json: every interface with the facts that a UI or a command line needs to offer it.

#include "rpcgen/model.hpp"

#include <string>

namespace xm::rpcgen {

std::string describe(const std::vector<Interface>& interfaces);

}    // namespace xm::rpcgen
