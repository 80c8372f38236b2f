#include "connect/input_bus.hpp"

#include "bus/client.hpp"
#include "connect/tell_bus.hpp"
#include "gen/input_client.hpp"

namespace xm::connect {
namespace {

class BusInput final : public Input {
public:
    explicit BusInput(bus::Connection& connection)
        : connection_{connection}, daemon_{connection, "com.citrix.xenclient.input", "/"} {}

    void set_slot(int domid, int slot) override {
        tell(connection_, "input.set_slot", daemon_.set_slot(domid, slot, tell_deadline));
    }

private:
    bus::Connection& connection_;
    gen::input::Client daemon_;
};

}    // namespace

std::unique_ptr<Input> make_bus_input(bus::Connection& connection) { return std::make_unique<BusInput>(connection); }

}    // namespace xm::connect
