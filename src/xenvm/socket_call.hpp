#pragma once
// One command over a monitor's unix socket, for programs without a loop of their own.

#include "base/uuid.hpp"
#include "base/value.hpp"
#include "connect/monitor_run_dir.hpp"

#include <chrono>
#include <string>

namespace xm::xenvm {

// Failures as connect::Monitors::call. `subscribe` prints notifications until the monitor ends; its limit is only for
// the first answer.
std::string call_over_socket(const connect::MonitorRunDir& directory, const Uuid& uuid, const std::string& command,
                             const StringMap& parameters, std::chrono::seconds limit);

}    // namespace xm::xenvm
