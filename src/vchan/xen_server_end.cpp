// Lays out the memory itself and leaves only reading and writing to libxenvchan: libxenvchan_server_init() of Xen 4.17
// frees what it never set when it runs out of pages, and waits for xenstore on the way.

#include "vchan/xen_end.hpp"
#include "vchan/xen_handle.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

namespace xm::vchan {
namespace {

constexpr int ring_order = 14;    // 16 KiB each way
constexpr std::uint32_t ring_pages = 1u << (ring_order - 12);
constexpr std::uint8_t client_absent = 2, is_here = 1, is_gone = 0;

[[noreturn]] void refuse(const char* what) {
    throw std::system_error{errno != 0 ? errno : EIO, std::generic_category(), what};
}

// Everything that the server of one domain holds of Xen. Pages that the guest still maps are freed when it lets go.
struct Held {
    Held() = default;
    explicit Held(std::uint32_t domid) : Held{} {    // from here on, a failure lets go
        all.is_server = -1;                          // its one bit has a sign
        all.read.order = all.write.order = ring_order;
        open_event(static_cast<int>(domid));
        share_pages(domid);
    }
    ~Held() { let_go(); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    void open_event(int domid) {
        all.event = xenevtchn_open(nullptr, 0);
        if (!all.event) refuse("/dev/xen/evtchn");
        const auto port = xenevtchn_bind_unbound_port(all.event, static_cast<std::uint32_t>(domid));
        if (port < 0) refuse("an event channel");
        all.event_port = static_cast<std::uint32_t>(port);
        if (xenevtchn_unmask(all.event, all.event_port) != 0) refuse("an event channel");
    }

    void share_pages(std::uint32_t domid) {
        all.gntshr = xengntshr_open(nullptr, 0);
        if (!all.gntshr) refuse("/dev/xen/gntalloc");
        // When this process dies, the kernel clears srv_live and sends the event.
        void* page = xengntshr_share_page_notify(all.gntshr, domid, &ring_ref, 1, offsetof(vchan_interface, srv_live),
                                                 all.event_port);
        if (!page) refuse("pages to share");
        std::memset(page, 0, std::size_t{1} << 12);
        all.ring = static_cast<vchan_interface*>(page);
        all.read.buffer = xengntshr_share_pages(all.gntshr, domid, ring_pages, all.ring->grants, 1);
        all.write.buffer = xengntshr_share_pages(all.gntshr, domid, ring_pages, all.ring->grants + ring_pages, 1);
        if (!all.read.buffer || !all.write.buffer) refuse("pages to share");
        all.read.shr = &all.ring->left;
        all.write.shr = &all.ring->right;
        std::copy_n(all.ring->grants, grants.size(), grants.begin());
        describe();
        all.ring->cli_live = client_absent;
        all.ring->srv_live = is_here;
    }

    // The guest may have written over any of it.
    void describe() {
        all.ring->left = all.ring->right = {};
        all.ring->left_order = all.ring->right_order = ring_order;
        all.ring->cli_notify = VCHAN_NOTIFY_WRITE;
        std::copy_n(grants.begin(), grants.size(), all.ring->grants);
    }

    void let_go() {
        if (all.read.buffer) xengntshr_unshare(all.gntshr, all.read.buffer, ring_pages);
        if (all.write.buffer) xengntshr_unshare(all.gntshr, all.write.buffer, ring_pages);
        if (all.ring) {
            all.ring->srv_live = is_gone;
            xengntshr_unshare(all.gntshr, all.ring, 1);
            xenevtchn_notify(all.event, all.event_port);
        }
        if (all.event) xenevtchn_close(all.event);
        if (all.gntshr) xengntshr_close(all.gntshr);
    }

    libxenvchan all{};
    std::uint32_t ring_ref = 0;
    std::array<std::uint32_t, 2 * ring_pages> grants{};
};

class XenServerEnd final : public ServerEnd {
public:
    XenServerEnd(const boost::asio::any_io_executor& executor, std::uint32_t domid)
        : held_{domid}, handle_{executor, held_.all} {}

    std::size_t read(std::span<std::byte> into) override { return handle_.read(into); }
    std::size_t room() override { return handle_.room(); }
    bool has_room(std::size_t bytes) override { return handle_.has_room(bytes); }
    bool write(Bytes head, Bytes rest) override { return handle_.write(head, rest); }
    void when_event(std::function<void()> handler) override { handle_.when_event(std::move(handler)); }

    Client client() const override {
        const std::uint8_t live = std::atomic_ref{held_.all.ring->cli_live}.load();
        return live == is_gone ? Client::gone : live == client_absent ? Client::absent : Client::here;
    }

    void turn_away() override {
        std::atomic_ref{held_.all.ring->srv_live}.store(is_gone);
        xenevtchn_notify(held_.all.event, held_.all.event_port);
    }

    // The client has gone and writes no more; if it does, it harms itself. One that came at once stays.
    void reset() override {
        vchan_interface& ring = *held_.all.ring;
        held_.describe();
        std::uint8_t gone = is_gone;
        std::atomic_ref{ring.cli_live}.compare_exchange_strong(gone, client_absent);
        std::atomic_ref{ring.srv_live}.store(is_here);
    }

    Whereabouts where() const { return {held_.ring_ref, held_.all.event_port}; }

private:
    Held held_;
    XenHandle handle_;
};

}    // namespace

ServerMade make_server_end(const boost::asio::any_io_executor& executor, std::uint32_t domid) {
    auto end = std::make_unique<XenServerEnd>(executor, domid);
    const Whereabouts where = end->where();
    return {std::move(end), where};
}

}    // namespace xm::vchan
