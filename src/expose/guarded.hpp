#pragma once
// A change of one VM's configuration that its own policy modify-vm-settings must agree to (policy_forbids_edit).

#include "base/uuid.hpp"
#include "xenmgr/manager/manager.hpp"

#include <functional>

namespace xm::expose {

using Plan = std::function<xenmgr::Change(const xenmgr::VmView&)>;

boost::asio::awaitable<void> guarded_change(xenmgr::Manager& manager, const Uuid& vm, Plan plan);

}    // namespace xm::expose
