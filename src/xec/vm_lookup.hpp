#pragma once
// Asks the manager which VMs there are.

#include "xec/client.hpp"
#include "xec/vm_select.hpp"

#include <optional>
#include <string>
#include <vector>

namespace xm::xec {

// One call, however many VMs there are; a manager without ObjectManager is asked for its list and each property.
std::vector<Vm> all_vms(Client& client, const std::string& service);

// Where the manager keeps the selected VM, if a whole uuid or an object path says so.
std::optional<std::string> likely_path(const Selection& selection);

// The matching VMs. One at its likely path is asked for directly, without fetching the others.
std::vector<Vm> find_vms(Client& client, const std::string& service, const Selection& selection);

}    // namespace xm::xec
