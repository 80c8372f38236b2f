#pragma once
// Walks every interleaving of commands, monitor moves, guest events, lost news and crashes, breadth first, and checks
// after each move what must always hold. The manager under test is the real one; since coroutines cannot be copied, a
// situation is reached again by repeating its moves from the start. Situations that look the same are visited once.

#include "manager.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace xm::xenmgr::explorer {

struct Budget {
    int commands = 2;
    int guest_events = 1;    // the guest halts, reboots or crashes
    int monitor_deaths = 1;
    int manager_deaths = 1;
    int losses = 0;          // a report that never arrives
    int late_answers = 0;    // a deadline passes, the request goes on
    int impatience = 1;      // a transient state lasts too long
    int troubles = 2;        // of all the above but the commands together
};

struct Walk {
    Budget budget;
    std::vector<Event> commands{Event::start, Event::shutdown, Event::reboot, Event::pause, Event::destroy};
    std::size_t most_situations = 1'000'000;    // a bound for the impatient; the walk says whether it was reached
    Lives::Machine machine = &step;
};

struct Result {
    std::size_t situations = 0;
    std::size_t moves = 0;
    std::size_t at_rest = 0;          // situations in which nothing is left to happen
    std::string violation;            // empty: none
    std::vector<std::string> path;    // that led to it
};

Result explore(const Walk& walk);

}    // namespace xm::xenmgr::explorer
