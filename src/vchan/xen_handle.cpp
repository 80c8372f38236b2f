#include "vchan/xen_handle.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace xm::vchan {
namespace asio = boost::asio;

XenHandle::XenHandle(const asio::any_io_executor& executor, libxenvchan& handle)
    : handle_{handle}, events_{executor, libxenvchan_fd_for_select(&handle)} {}

std::size_t XenHandle::read(std::span<std::byte> into) {
    return static_cast<std::size_t>(std::max(0, libxenvchan_read(&handle_, into.data(), into.size())));
}

// Read once: the other side may write to it at any time. Impossible numbers are no room.
std::size_t XenHandle::room() const {
    const std::uint32_t produced = std::atomic_ref{handle_.write.shr->prod}.load();
    const std::uint32_t consumed = std::atomic_ref{handle_.write.shr->cons}.load();
    const std::uint32_t size = std::uint32_t{1} << handle_.write.order;
    const std::uint32_t waiting = produced - consumed;
    return waiting > size ? 0 : size - waiting;
}

bool XenHandle::has_room(std::size_t bytes) {
    if (room() >= bytes) return true;
    return static_cast<std::size_t>(std::max(0, libxenvchan_buffer_space(&handle_))) >= bytes;    // asks for an event
}

bool XenHandle::write(Bytes head, Bytes rest) {
    whole_.assign(head.begin(), head.end());
    whole_.insert(whole_.end(), rest.begin(), rest.end());
    return libxenvchan_send(&handle_, whole_.data(), whole_.size()) == static_cast<int>(whole_.size());
}

void XenHandle::when_event(std::function<void()> handler) {
    handler_ = std::move(handler);
    wait();
}

// The event is taken before the handler looks, so that one that comes meanwhile is not lost.
void XenHandle::wait() {
    events_.async_wait(asio::posix::descriptor_base::wait_read, [this](const boost::system::error_code& error) {
        if (error) return;
        libxenvchan_wait(&handle_);
        wait();
        handler_();
    });
}

}    // namespace xm::vchan
