#pragma once
// libxenstore's own header, which does not say that it is C, and owners for what the library gives out.

extern "C" {
#include <xenstore.h>
}

#include <unistd.h>

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

// Whether xenstored runs on this host, or did: it leaves its socket behind.
inline bool has_socket() { return ::access(xs_daemon_socket(), F_OK) == 0; }

// Where there is a socket libxenstore would also take the kernel's way if nobody listens there any more, and on that
// one waits for ever.
inline Handle open_store() { return Handle{xs_open(has_socket() ? XS_OPEN_SOCKETONLY : 0)}; }

}    // namespace xm::connect::store
