#pragma once
// What guests say of themselves, on the message bus and in xenstore, and what follows from it. Nobody waits for that;
// failures are logged.

#include "connect/guest_news.hpp"
#include "connect/vm_nodes.hpp"
#include "xenmgr/life/lives.hpp"
#include "xenmgr/manager/registry.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <set>

namespace xm::xenmgr {

class GuestWords final : public connect::GuestListener {
public:
    GuestWords(boost::asio::any_io_executor executor, const Registry& registry, Lives& lives, connect::VmNodes& nodes);

    void guest_said(const Uuid& vm, connect::GuestNews news) override;

private:
    void snapshot_asked(const Uuid& vm);
    boost::asio::awaitable<void> tell_monitor(Uuid vm, StringMap drivers);
    boost::asio::awaitable<void> keep_memory(Uuid vm, std::string file);

    boost::asio::any_io_executor executor_;
    const Registry& registry_;
    Lives& lives_;
    connect::VmNodes& nodes_;
    std::set<Uuid> keeping_;    // VMs whose memory is being written
};

}    // namespace xm::xenmgr
