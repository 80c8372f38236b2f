#include "vchan/xen_end.hpp"
#include "vchan/xen_handle.hpp"

#include <atomic>
#include <utility>

namespace xm::vchan {
namespace {

struct CloseVchan {
    void operator()(libxenvchan* handle) const { libxenvchan_close(handle); }
};
using Vchan = std::unique_ptr<libxenvchan, CloseVchan>;

class XenClientEnd final : public ClientEnd {
public:
    XenClientEnd(const boost::asio::any_io_executor& executor, Vchan vchan)
        : vchan_{std::move(vchan)}, handle_{executor, *vchan_} {}

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

}    // namespace xm::vchan
