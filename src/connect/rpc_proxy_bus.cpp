#include "connect/rpc_proxy_bus.hpp"

#include "base/failure.hpp"
#include "base/fd.hpp"
#include "base/pidfd.hpp"
#include "base/value.hpp"
#include "bus/client.hpp"
#include "connect/tell_bus.hpp"
#include "gen/errors.hpp"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace xm::connect {
namespace asio = boost::asio;
namespace {

constexpr std::string_view proxy_name = "com.citrix.xenclient.rpc_proxy";
constexpr const char* bus_interface = "org.freedesktop.DBus";

bool is_proxy(std::string_view name) {
    return name == proxy_name || (name.starts_with(proxy_name) && name.substr(proxy_name.size()).starts_with('.'));
}

class BusRpcProxy final : public RpcProxy {
public:
    explicit BusRpcProxy(bus::Connection& connection)
        : connection_{connection}, bus_{connection, bus_interface, "/org/freedesktop/DBus"} {}

    void reread_rules() override { tell(connection_, "rpc_proxy.reread_rules", hang_up_all()); }

private:
    asio::awaitable<void> hang_up_all() {
        const auto names = co_await bus::call<StringList>(bus_, {bus_interface, "ListNames"}, tell_deadline);
        for (const auto& name : names)
            if (is_proxy(name)) co_await hang_up(name);
    }

    asio::awaitable<std::uint32_t> pid_of(const std::string& name) {
        return bus::call<std::uint32_t>(bus_, {bus_interface, "GetConnectionUnixProcessID"}, tell_deadline, name);
    }

    // Asked again once the process is held: it is still the owner, so its number was not another's in between.
    asio::awaitable<void> hang_up(std::string name) {
        const auto pid = co_await pid_of(name);
        const Fd process{::pidfd_open(static_cast<pid_t>(pid), 0)};
        if (!process || co_await pid_of(name) != pid) co_return;    // it has gone
        if (::pidfd_send_signal(process.get(), SIGHUP, nullptr, 0) != 0 && errno != ESRCH)
            fail(errors::peer_failed, name, "{}", std::system_category().message(errno));
    }

    bus::Connection& connection_;
    bus::Peer bus_;
};

}    // namespace

std::unique_ptr<RpcProxy> make_bus_rpc_proxy(bus::Connection& connection) {
    return std::make_unique<BusRpcProxy>(connection);
}

}    // namespace xm::connect
