#include "connect/input_bus.hpp"

#include "bus/client.hpp"
#include "connect/tell_bus.hpp"
#include "gen/input_client.hpp"

#include <cstdint>
#include <utility>

namespace xm::connect {
namespace {

// Bits of a login's context.
constexpr std::int32_t remote_user = 1 << 19;
constexpr std::int32_t named_by_hash = 1 << 23;

class BusInput final : public Input {
public:
    explicit BusInput(bus::Connection& connection)
        : connection_{connection}, daemon_{connection, "com.citrix.xenclient.input", "/"} {}

    void set_slot(int domid, int slot) override {
        tell(connection_, "input.set_slot", daemon_.set_slot(domid, slot, tell_deadline));
    }
    boost::asio::awaitable<bool> switch_focus(int domid) override { return daemon_.switch_focus(domid, false); }
    boost::asio::awaitable<void> ask_login(std::string user_hash) override {
        return daemon_.auth_set_context_flags(std::move(user_hash), "", remote_user | named_by_hash);
    }

private:
    bus::Connection& connection_;
    gen::input::Client daemon_;
};

}    // namespace

std::unique_ptr<Input> make_bus_input(bus::Connection& connection) { return std::make_unique<BusInput>(connection); }

}    // namespace xm::connect
