#pragma once
// Starting VMs when the host has booted: those with start-on-boot, by priority (higher first), then slot; one after the
// other with the configured pause. One that fails is logged and does not keep the next from starting.

#include "xenmgr/manager/manager.hpp"

#include <filesystem>
#include <vector>

namespace xm::xenmgr {

// Pure: who is to be started, in order. Nothing if the host setting `autostart` is off.
std::vector<Uuid> plan_autostart(const Registry& registry);

// True once after the host has booted: leaves a mark in `run_dir`, which a reboot empties. A manager that was merely
// restarted must not start what somebody has shut down.
bool first_since_boot(const std::filesystem::path& run_dir);

boost::asio::awaitable<void> autostart(Manager& manager);

}    // namespace xm::xenmgr
