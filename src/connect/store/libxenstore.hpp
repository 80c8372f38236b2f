#pragma once
// libxenstore's own header, which does not say that it is C, and owners for what the library gives out.

extern "C" {
#include <xenstore.h>
}

#include <cstdlib>
#include <memory>

namespace xm::connect::store {

struct Free {
    void operator()(void* memory) const { std::free(memory); }
};
template <class T>
using Given = std::unique_ptr<T, Free>;    // made with malloc

struct CloseHandle {
    void operator()(xs_handle* handle) const { xs_close(handle); }
};
using Handle = std::unique_ptr<xs_handle, CloseHandle>;

}    // namespace xm::connect::store
