#include "vchan/xen_end.hpp"
#include "vchan/xen_handle.hpp"

extern "C" {
#include <xen/sys/gntdev.h>
}

#include <fcntl.h>
#include <sys/ioctl.h>

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace xm::vchan {
namespace {

struct CloseVchan {
    void operator()(libxenvchan* handle) const { libxenvchan_close(handle); }
};
using Vchan = std::unique_ptr<libxenvchan, CloseVchan>;

// Of the client end that there is, for handlers of signals.
struct Mapped {
    int device = -1;
    int events = -1;
    std::uint64_t notify_at = 0;    // the byte that says "client", as the device counts
    std::span<const std::byte> page{}, read{}, write{};
};
Mapped mapped;

std::span<const std::byte> ring_of(const libxenvchan_ring& ring) {
    return {static_cast<const std::byte*>(ring.buffer), std::size_t{1} << ring.order};
}

void remember(libxenvchan& vchan) {
    ioctl_gntdev_get_offset_for_vaddr place{};
    place.vaddr = std::bit_cast<std::uint64_t>(vchan.ring);
    const int device = xengnttab_fd(vchan.gnttab);
    if (::ioctl(device, IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR, &place) != 0) return;
    mapped = {.device = device,
              .events = libxenvchan_fd_for_select(&vchan),
              .notify_at = place.offset + offsetof(vchan_interface, cli_live),
              .page = std::as_bytes(std::span{vchan.ring, 1}),
              .read = ring_of(vchan.read),
              .write = ring_of(vchan.write)};
}

bool holds(std::span<const std::byte> memory, const std::byte* address) {
    return address >= memory.data() && address < memory.data() + memory.size();
}

class XenClientEnd final : public ClientEnd {
public:
    XenClientEnd(const boost::asio::any_io_executor& executor, Vchan vchan)
        : vchan_{std::move(vchan)}, handle_{executor, *vchan_} {
        remember(*vchan_);
    }
    XenClientEnd(const XenClientEnd&) = delete;
    XenClientEnd& operator=(const XenClientEnd&) = delete;

    std::size_t read(std::span<std::byte> into) override { return handle_.read(into); }
    std::size_t room() override { return handle_.room(); }
    bool has_room(std::size_t bytes) override { return handle_.has_room(bytes); }
    bool write(Bytes head, Bytes rest) override { return handle_.write(head, rest); }
    void when_event(std::function<void()> handler) override { handle_.when_event(std::move(handler)); }
    bool open() const override { return std::atomic_ref{vchan_->ring->srv_live}.load() != 0; }

private:
    Vchan vchan_;
    XenHandle handle_;
};

}    // namespace

std::unique_ptr<ClientEnd> make_client_end(const boost::asio::any_io_executor& executor, std::uint32_t domid,
                                           const std::string& path) {
    Vchan vchan{libxenvchan_client_init(nullptr, static_cast<int>(domid), path.c_str())};
    if (!vchan) return nullptr;
    vchan->blocking = 0;
    auto end = std::make_unique<XenClientEnd>(executor, std::move(vchan));
    if (!end->open()) return nullptr;
    return end;
}

bool in_client_end(const void* address) {
    const auto* byte = static_cast<const std::byte*>(address);
    return holds(mapped.page, byte) || holds(mapped.read, byte) || holds(mapped.write, byte);
}

void abandon_client_end() {
    if (mapped.events >= 0) ::fcntl(mapped.events, F_SETFD, 0);
    ioctl_gntdev_unmap_notify nobody{};
    nobody.index = mapped.notify_at;
    if (mapped.device >= 0) ::ioctl(mapped.device, IOCTL_GNTDEV_SET_UNMAP_NOTIFY, &nobody);
}

}    // namespace xm::vchan
