#include "dbd/identity_bus.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

#include <fmt/format.h>

#include <functional>
#include <utility>

namespace xm::dbd {
namespace {

constexpr char bus_name[] = "org.freedesktop.DBus";
constexpr char unknown_method[] = "org.freedesktop.DBus.Error.UnknownMethod";

}    // namespace

BusIdentity::BusIdentity(bus::Connection& connection, Xenstore xenstore)
    : daemon_{connection, bus_name, "/org/freedesktop/DBus"}, xenstore_{std::move(xenstore)} {}

boost::asio::awaitable<Identity> BusIdentity::identify(std::string sender) {
    if (only_domain0_) co_return Identity{};
    if (const auto at = known_.find(sender); at != known_.end()) co_return at->second;
    co_return co_await ask(std::move(sender));
}

boost::asio::awaitable<Identity> BusIdentity::ask(std::string sender) {
    if (sender.empty()) fail(errors::caller_unknown, "", "the call has no sender");
    const std::int32_t domain = co_await domain_of(sender);
    if (only_domain0_) co_return Identity{};
    Identity identity;
    if (domain != 0) {
        const auto vm_path = co_await xenstore_.read(fmt::format("/local/domain/{}/vm", domain));
        const auto uuid = vm_path ? co_await xenstore_.read(*vm_path + "/uuid") : std::nullopt;
        identity.guest = uuid ? Uuid::parse(*uuid) : std::nullopt;
        if (!identity.guest) fail(errors::caller_unknown, sender, "domain {} has no uuid", domain);
    }
    forget_when_gone();
    known_.insert_or_assign(std::move(sender), identity);
    co_return identity;
}

boost::asio::awaitable<std::int32_t> BusIdentity::domain_of(std::string sender) try {
    co_return co_await bus::call<std::int32_t>(daemon_, {bus_name, "GetConnectionDOMID"}, bus::usual_deadline, sender);
} catch (const bus::RemoteFailure& failure) {
    if (failure.remote_name() != unknown_method)
        fail(errors::caller_unknown, sender, "the bus says: {}", text::escaped(failure.remote_text()));
    if (!std::exchange(only_domain0_, true)) log::info("the bus does not know domains: all callers are domain 0");
    co_return 0;
}

// Listens from the first caller on, and not at all on a bus without domains.
void BusIdentity::forget_when_gone() {
    if (!known_.empty()) return;
    using Handler = std::function<void(std::string, std::string, std::string)>;
    leaving_ = bus::subscribe(daemon_, {bus_name, "NameOwnerChanged"},
                              Handler{[this](const std::string& name, const std::string&, const std::string& owner) {
                                  if (owner.empty()) known_.erase(name);
                              }});
}

}    // namespace xm::dbd
