#include "connect/network_bus.hpp"

#include "bus/client.hpp"
#include "connect/tell_bus.hpp"
#include "gen/networkdaemon_client.hpp"

#include <utility>

namespace xm::connect {
namespace {

class BusNetwork final : public Network {
public:
    explicit BusNetwork(bus::Connection& connection)
        : connection_{connection}, daemon_{connection, "com.citrix.xenclient.networkdaemon", "/"} {}

    void move_to_network(std::string interface, std::string network) override {
        tell(connection_, "networkdaemon.move_to_network",
             daemon_.move_to_network(std::move(interface), std::move(network), tell_deadline));
    }

private:
    bus::Connection& connection_;
    gen::networkdaemon::Client daemon_;
};

}    // namespace

std::unique_ptr<Network> make_bus_network(bus::Connection& connection) {
    return std::make_unique<BusNetwork>(connection);
}

}    // namespace xm::connect
