#pragma once
// xec-vm console: the guest's console on this terminal. The monitor of a VM knows it, so its own tool does the work.

#include "xec/options.hpp"
#include "xec/vm_select.hpp"

namespace xm::xec {

bool wants_console(const Options& options);

// This process becomes xenvm-cmd, which stands beside it. Returns only by a failure: no_console, io_error.
[[noreturn]] void become_console(const Vm& vm, const Options& options);

}    // namespace xm::xec
