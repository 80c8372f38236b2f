#pragma once
// The domains of this host, as xenstore tells. No other service is needed: guests keep their vchan whatever happens to
// those that started them.

#include "connect/store/store.hpp"
#include "rpcproxy/guest_domains.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace xm::rpcproxy {

class XenGuests final : public GuestDomains {
public:
    // store: outlives this.
    XenGuests(boost::asio::any_io_executor executor, connect::store::Store& store);
    ~XenGuests() override;

    void watch(std::function<void(const std::vector<std::uint32_t>&)> on_change) override;
    std::unique_ptr<vchan::ServerEnd> open(std::uint32_t domid) override;

private:
    struct Looking;
    static boost::asio::awaitable<void> look(std::shared_ptr<Looking> state);
    void on_news();

    boost::asio::any_io_executor executor_;
    connect::store::Store& store_;
    std::shared_ptr<Looking> looking_;    // shared with the look that is under way
    std::vector<std::unique_ptr<connect::store::Watch>> watches_;
};

}    // namespace xm::rpcproxy
