#pragma once
// One line for each denial, with all facts; of a guest that is denied a lot, some, and a count of what was left out.

#include "rpcproxy/gate.hpp"
#include "rpcproxy/quota.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace xm::rpcproxy {

// One guest's.
class DenialLog {
public:
    using Clock = std::chrono::steady_clock;

    // who: the guest as the log names it, "domid=5 uuid=...".
    void write(const Denial& denial, const std::string& who, Clock::time_point now);
    void write_left_out(const std::string& who);    // at the end, so that nothing goes uncounted

private:
    bool due(Clock::time_point now);

    static constexpr int at_once = 20;
    static constexpr int per_second = 1;
    double room_ = at_once;
    Clock::time_point filled_ = Clock::now();
    std::uint64_t left_out_ = 0;
};

std::string line_of(const Denial& denial);    // guests' text is escaped in it

}    // namespace xm::rpcproxy
