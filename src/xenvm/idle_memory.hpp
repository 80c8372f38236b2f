#pragma once
// A monitor does something for a second and then waits for weeks. When it has been quiet for a moment, the memory that
// only its work needed goes back to the system: free pages of the heap, stack below what is in use, and pages of
// program text, which the system reads again if they are wanted again.

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>

namespace xm::xenvm {

// Now. Takes about a millisecond.
void give_memory_back();

// Runs the loop until it is stopped; after each activity that is followed by `quiet` time, memory is given back, once.
void run_thriftily(boost::asio::io_context& loop, std::chrono::milliseconds quiet);

}    // namespace xm::xenvm
