#pragma once
// The network daemon: networks of the host, and which interface of a guest is in which of them.

#include <string>

namespace xm::connect {

class Network {
public:
    virtual ~Network() = default;

    // `interface`: the guest's interface on the side of its backend, "vif<domid>.<nic>". `network`: an object path of
    // the daemon. Told, not asked.
    virtual void move_to_network(std::string interface, std::string network) = 0;
};

}    // namespace xm::connect
