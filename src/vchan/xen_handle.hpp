#pragma once
// What both ends over Xen share: libxenvchan's own reading and writing, and its event on the loop.

#include "vchan/end.hpp"

extern "C" {
#include <libxenvchan.h>
}

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <vector>

namespace xm::vchan {

// Members of End for one `libxenvchan`, which it does not own; `events()` must be let go of before that is closed.
class XenHandle {
public:
    XenHandle(const boost::asio::any_io_executor& executor, libxenvchan& handle);
    ~XenHandle() { events_.release(); }    // the descriptor is the library's
    XenHandle(const XenHandle&) = delete;
    XenHandle& operator=(const XenHandle&) = delete;

    std::size_t read(std::span<std::byte> into);
    std::size_t room() const;
    bool has_room(std::size_t bytes);
    bool write(Bytes head, Bytes rest);
    void when_event(std::function<void()> handler);

private:
    void wait();

    libxenvchan& handle_;
    boost::asio::posix::stream_descriptor events_;
    std::function<void()> handler_;
    std::vector<std::byte> whole_;    // a frame, made one piece
};

}    // namespace xm::vchan
