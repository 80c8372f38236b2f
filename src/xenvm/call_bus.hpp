#pragma once
// One command to a monitor over D-Bus, for programs without a loop of their own.

#include "base/uuid.hpp"
#include "base/value.hpp"

#include <chrono>
#include <string>

namespace xm::xenvm {

struct BusCallOptions {
    std::chrono::seconds limit;
    bool session_bus = false;
};

// Failures: errors::monitor_unreachable (nobody owns the name), monitor_timeout, what the monitor refuses, translated
// as on its socket, and what bus::Connection fails with.
std::string call_over_bus(const Uuid& uuid, const std::string& command, const StringMap& parameters,
                          BusCallOptions options);

}    // namespace xm::xenvm
