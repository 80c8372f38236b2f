#pragma once
// A process that we started ourselves.

#include "base/fd.hpp"
#include "base/value.hpp"

#include <boost/asio/awaitable.hpp>

#include <sys/types.h>

#include <chrono>
#include <filesystem>

namespace xm::connect {

// Ended and collected when this object goes.
class Child {
public:
    // Runs `program` with these arguments, no signal blocked, and these variables in its environment beside ours.
    // `input`: its standard input, unless negative. Fails with errors::monitor_failed.
    Child(const std::filesystem::path& program, const StringList& arguments, const StringMap& variables,
          int input = -1);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    int handle() const { return handle_.get(); }    // pidfd_open(2): readable once it has ended; negative: none
    int collect();                                  // waits for its end; as waitpid(2) has it

private:
    pid_t pid_;
    Fd handle_;
};

// True when `fd` became readable, false at the deadline.
boost::asio::awaitable<bool> readable_within(int fd, std::chrono::milliseconds deadline);

}    // namespace xm::connect
