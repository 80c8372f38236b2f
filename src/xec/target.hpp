#pragma once
// Which bus and which service the options mean.

#include "xec/client.hpp"
#include "xec/options.hpp"

#include <memory>
#include <string>

namespace xm::xec {

// Fails with unsupported for another domain's bus: the transport is not part of this build.
std::unique_ptr<Client> connect(const Options& options);

std::string service_of(const Options& options);

}    // namespace xm::xec
