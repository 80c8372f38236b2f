#pragma once
// Work for a VM that nobody waits for.

#include "base/uuid.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace xm::xenmgr {

// A failure of it is a line in the log, which says `what` for: "keeping it alive". Begins at once.
void in_background(const boost::asio::any_io_executor& executor, boost::asio::awaitable<void> work, const char* what,
                   const Uuid& vm);

}    // namespace xm::xenmgr
