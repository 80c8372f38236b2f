#pragma once
// A program run for its effect: its own process group, nothing on standard input, both outputs in pipes.

#include "base/fd.hpp"
#include "base/value.hpp"

#include <sys/types.h>

#include <string>

namespace xm::connect {

// The process and everything that it started is killed and collected when this object goes.
class HookProcess {
public:
    // Failures: errors::hook_failed.
    HookProcess(const std::string& program, const StringList& arguments);
    ~HookProcess();
    HookProcess(const HookProcess&) = delete;
    HookProcess& operator=(const HookProcess&) = delete;

    int ended() const { return handle_.get(); }    // becomes readable when the process ends
    int collect();                                 // its wait status; only after it ended

    Fd output;    // our ends of the pipes
    Fd errors;

private:
    pid_t pid_ = -1;
    Fd handle_;
};

}    // namespace xm::connect
