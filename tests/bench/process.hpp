#pragma once
// Child processes of a benchmark, and the adoption of grandchildren that outlive their parents (monitors), so that
// nothing is left behind.

#include "base/fd.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace xm::bench {

using Arguments = std::vector<std::string>;    // the program's path first

// A running child; killed and waited for at the end of its owner.
class Process {
public:
    Process() = default;
    Process(const Arguments& arguments, const std::filesystem::path& log);
    ~Process() { kill(); }
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;

    pid_t pid() const { return pid_; }
    int ended() const { return handle_.get(); }    // readable when the process has gone
    void kill();                                   // returns when it has gone

private:
    pid_t pid_ = 0;
    Fd handle_;
};

// Runs a program to its end. Throws if it fails; the result is what it wrote to its standard output.
std::string output_of(const Arguments& arguments);

// Memory that is the process's own, shared pages divided among their users.
double pss_kib(pid_t pid);

// From here on, descendants whose parent ends become our children.
void adopt_orphans();

// Ends every descendant of this process.
void end_descendants();

}    // namespace xm::bench
