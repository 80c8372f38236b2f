#pragma once
// Changes of the configuration that a running VM, or a service of the host, must learn of at once. None of them is
// waited for, so that neither a sick VM nor a sick service holds up whoever made the change; failures are logged.

#include "connect/input.hpp"
#include "connect/network.hpp"
#include "connect/rpc_proxy.hpp"
#include "connect/turns.hpp"
#include "connect/vm_nodes.hpp"
#include "xenmgr/life/lives.hpp"
#include "xenmgr/manager/config_store.hpp"
#include "xenmgr/manager/registry.hpp"
#include "xenmgr/manager/vm_display.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <string>
#include <vector>

namespace xm::xenmgr {

struct Services {
    connect::Input& input;
    connect::Network& network;
    connect::RpcProxy& rpc_proxy;
    connect::VmNodes& nodes;
};

// NICs whose network a change writes.
std::vector<int> moved_nics(const Change& change);

class LiveChanges final : public ChangeFollower {
public:
    LiveChanges(boost::asio::any_io_executor executor, const Registry& registry, Lives& lives, Services services,
                VmDisplay& display)
        : executor_{executor},
          registry_{registry},
          lives_{lives},
          services_{services},
          display_{display},
          moves_{executor} {}

    void about_to_store(const VmChange& change) override;
    void stored(const VmChange& change) override;
    void host_stored(const Change& change) override;

private:
    boost::asio::awaitable<void> insert_medium(Uuid vm);
    boost::asio::awaitable<void> move_nic(Uuid vm, int nic);

    boost::asio::any_io_executor executor_;
    const Registry& registry_;
    Lives& lives_;
    Services services_;
    VmDisplay& display_;
    connect::Turns moves_;    // of NICs, one at a time on the whole host
};

}    // namespace xm::xenmgr
