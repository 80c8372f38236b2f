#pragma once
// What dbd does to a database file instead of serving it: import, export, recovery. Each takes the lock, tells its
// result on stdout and throws a Failure if nothing was done.

#include "dbd/settings.hpp"

namespace xm::dbd {

// False: none of them is wanted.
bool run_offline(const Settings& settings);

}    // namespace xm::dbd
