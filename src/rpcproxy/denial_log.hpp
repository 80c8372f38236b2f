#pragma once
// One line for each denial, with all facts; of a guest that is denied a lot, some, and a count of what was left out.

#include "rpcproxy/gate.hpp"
#include "rpcproxy/quota.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace xm::rpcproxy {

// One guest's.
class DenialLog {
public:
    using Clock = std::chrono::steady_clock;

    // who: the guest as the log names it, "domid=5 uuid=...".
    void write(const Denial& denial, const std::string& who, Clock::time_point now);
    void write_left_out(const std::string& who);    // at the end, so that nothing goes uncounted
    bool has_room(Clock::time_point now);           // for a line of another kind, which is taken then

private:
    static constexpr int at_once = 20;
    static constexpr int per_second = 1;
    double room_ = at_once;
    Clock::time_point filled_ = Clock::now();
    std::uint64_t left_out_ = 0;
};

// All guests' by their names: who goes and comes again does not get more lines.
class DenialLogs {
public:
    DenialLog& of(const std::string& who);

private:
    static constexpr std::size_t most = 4096;
    std::map<std::string, DenialLog> logs_;
};

std::string line_of(const Denial& denial);    // guests' text is escaped in it

}    // namespace xm::rpcproxy
