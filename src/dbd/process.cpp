#include "dbd/process.hpp"

#include <malloc.h>

#include <csignal>

namespace xm::dbd {

void prepare_process() {
    // Large answers come and go; without these, malloc keeps what they needed.
    ::mallopt(M_ARENA_MAX, 1);
    ::mallopt(M_MMAP_THRESHOLD, 128 << 10);
    ::mallopt(M_TRIM_THRESHOLD, 256 << 10);
    std::signal(SIGXFSZ, SIG_IGN);    // a file that may not grow is an error of the write
}

}    // namespace xm::dbd
