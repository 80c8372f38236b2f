#include "xenvm/idle_memory.hpp"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

namespace xm::xenvm {
namespace {

std::uintptr_t page_size() {
    static const auto size = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    return size;
}

struct Range {
    std::uintptr_t begin;
    std::size_t size;
};

// Of program text and constants: what cannot be written is as it is in the file.
std::vector<Range> text_ranges() {
    std::vector<Range> ranges;
    const auto collect = [](dl_phdr_info* object, std::size_t, void* result) {
        for (int i = 0; i < object->dlpi_phnum; ++i) {
            const ElfW(Phdr)& segment = object->dlpi_phdr[i];
            if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
            const std::uintptr_t start = object->dlpi_addr + segment.p_vaddr;
            const std::uintptr_t begin = start & ~(page_size() - 1);
            static_cast<std::vector<Range>*>(result)->push_back({begin, start + segment.p_memsz - begin});
        }
        return 0;
    };
    ::dl_iterate_phdr(collect, &ranges);
    return ranges;
}

}    // namespace

void give_memory_back() {
    const std::vector<Range> ranges = text_ranges();    // reads each object's head, which is text itself
    ::malloc_trim(0);
    for (const Range& range : ranges)
        ::madvise(std::bit_cast<void*>(range.begin), range.size, MADV_DONTNEED);
}

void run_thriftily(boost::asio::io_context& loop, std::chrono::milliseconds quiet) {
    boost::asio::steady_timer timer{loop};
    bool waiting = false;                               // the timer runs
    const auto rang = std::make_shared<bool>(false);    // its handler may run after this function
    bool busy = false;                                  // something happened since the timer was set
    const auto set_timer = [&] {
        waiting = true;
        busy = false;
        timer.expires_after(quiet);
        timer.async_wait([rang](const boost::system::error_code&) { *rang = true; });
    };
    while (loop.run_one() > 0) {
        const bool done = *rang && !busy;
        if (*rang)
            waiting = *rang = false;
        else
            busy = true;
        if (done)
            give_memory_back();
        else if (!waiting)
            set_timer();
    }
}

}    // namespace xm::xenvm
