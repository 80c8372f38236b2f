#pragma once
// First steps of a monitor: its directory, and what its configuration file says to do at once.

#include "xenvm/file_config.hpp"
#include "xenvm/monitor.hpp"

#include <filesystem>

namespace xm::xenvm {

void prepare_run_dir(const std::filesystem::path& directory);    // made with mode 0750 if missing

// Without a file, or with a domain that was taken over, nothing happens. A failure is logged.
void run_startup(const boost::asio::any_io_executor& executor, Monitor& monitor, const FileConfig& config);

}    // namespace xm::xenvm
