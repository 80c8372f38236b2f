#include "connect/callers_bus.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "connect/store/domain_identity.hpp"
#include "gen/errors.hpp"
#include "gen/rpc_proxy_control_client.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>
#include <boost/asio/this_coro.hpp>

#include <functional>
#include <tuple>
#include <utility>

namespace xm::connect {
namespace asio = boost::asio;
namespace {

constexpr char bus_name[] = "org.freedesktop.DBus";
constexpr char unknown_method[] = "org.freedesktop.DBus.Error.UnknownMethod";
constexpr char no_owner[] = "org.freedesktop.DBus.Error.NameHasNoOwner";
constexpr char user_of_proxies[] = "xenmgr-proxy";    // packaging/systemd/xenmgr.sysusers
constexpr bus::Deadline reply_limit{5'000};

// Under our own user, everybody has that user.
std::int64_t proxy_user() {
    const passwd* entry = ::getpwnam(user_of_proxies);
    return entry && entry->pw_uid != ::geteuid() ? static_cast<std::int64_t>(entry->pw_uid) : -1;
}

std::int64_t number(const std::map<std::string, bus::Variant>& credentials, const char* name) {
    const auto at = credentials.find(name);
    if (at == credentials.end()) return -1;
    const auto* value = std::get_if<std::uint32_t>(&at->second.value);
    return value ? *value : -1;
}

}    // namespace

BusCallers::BusCallers(bus::Connection& connection, store::Store& xenstore)
    : connection_{connection},
      daemon_{connection, bus_name, "/org/freedesktop/DBus"},
      xenstore_{xenstore},
      proxy_user_{proxy_user()} {}

asio::awaitable<CallerDomain> BusCallers::domain_of(std::string sender) {
    if (sender.empty()) fail(errors::caller_unknown, "", "the call has no sender");
    const auto line = line_of(sender, co_await asio::this_coro::executor);
    if (!line) co_return known_.at(sender);
    const auto turn = co_await line->take();
    if (const auto at = known_.find(sender); at != known_.end()) co_return at->second;
    forget_when_gone();
    const CallerDomain domain = co_await ask(sender);
    if (known_.size() < 4096) known_.insert_or_assign(std::move(sender), domain);
    co_return domain;
}

// Calls of a sender that is not known yet go on one after the other, in the order in which they came. Nothing: it is
// known, and none of its calls waits.
std::shared_ptr<Turns> BusCallers::line_of(const std::string& sender, const asio::any_io_executor& executor) {
    if (const auto at = lines_->find(sender); at != lines_->end()) return at->second.lock();
    if (known_.contains(sender)) return nullptr;
    struct Line {
        Line(const asio::any_io_executor& on, std::shared_ptr<Lines> all, std::string whose)
            : turns{on}, lines{std::move(all)}, sender{std::move(whose)} {}
        ~Line() { lines->erase(sender); }
        Turns turns;
        std::shared_ptr<Lines> lines;
        std::string sender;
    };
    const auto line = std::make_shared<Line>(executor, lines_, sender);
    const std::shared_ptr<Turns> turns{line, &line->turns};
    lines_->emplace(sender, turns);
    return turns;
}

asio::awaitable<CallerDomain> BusCallers::ask(std::string sender) {
    const auto domid = co_await ask_bus(sender);
    if (!domid) co_return co_await ask_proxy(std::move(sender));
    CallerDomain domain{.domid = *domid, .vm = std::nullopt};
    if (domain.host()) co_return domain;
    const auto identity = co_await store::identity_of(xenstore_, static_cast<std::uint32_t>(*domid));
    domain.vm = identity.vm;
    if (!domain.vm) fail(errors::caller_unknown, sender, "domain {} has no uuid", *domid);
    co_return domain;
}

// Nothing: this bus does not know domains.
asio::awaitable<std::optional<std::int32_t>> BusCallers::ask_bus(std::string sender) try {
    if (!bus_knows_domains_) co_return std::nullopt;
    co_return co_await bus::call<std::int32_t>(daemon_, {bus_name, "GetConnectionDOMID"}, reply_limit, sender);
} catch (const bus::RemoteFailure& failure) {
    if (failure.remote_name() != unknown_method)
        fail(errors::caller_unknown, sender, "the bus says: {}", text::escaped(failure.remote_text()));
    bus_knows_domains_ = false;
    co_return std::nullopt;
}

asio::awaitable<BusCallers::Credentials> BusCallers::credentials_of(std::string connection) {
    return bus::call<Credentials>(daemon_, {bus_name, "GetConnectionCredentials"}, reply_limit, std::move(connection));
}

// Empty: nobody.
asio::awaitable<std::string> BusCallers::owner_of(std::string name) try {
    co_return co_await bus::call<std::string>(daemon_, {bus_name, "GetNameOwner"}, reply_limit, name);
} catch (const bus::RemoteFailure& failure) {
    if (failure.remote_name() == no_owner) co_return std::string{};
    throw;
}

// The process behind the connection owns a name if it is a proxy; where another process holds it, it says nothing. A
// proxy of its own user that does not own it is in trouble, and its guests are not taken for the host.
asio::awaitable<CallerDomain> BusCallers::ask_proxy(std::string sender) try {
    const auto credentials = co_await credentials_of(sender);
    const auto process = number(credentials, "ProcessID");
    const auto proxy = fmt::format("com.citrix.xenclient.rpc_proxy.p{}", process);
    std::string owner = co_await owner_of(proxy);
    if (owner == sender) co_return CallerDomain{};    // the proxy itself
    if (!owner.empty() && number(co_await credentials_of(owner), "ProcessID") != process) owner.clear();
    if (owner.empty() && proxy_user_ >= 0 && number(credentials, "UnixUserID") == proxy_user_)
        fail(errors::caller_unknown, sender, "its proxy cannot be asked");
    if (owner.empty()) co_return CallerDomain{};
    gen::rpc_proxy_control::Client client{connection_, proxy, "/"};
    const auto [domid, uuid] = co_await client.connection_identity(sender, reply_limit);
    const CallerDomain domain{.domid = domid, .vm = Uuid::parse(uuid)};
    if (!domain.host() && !domain.vm) fail(errors::caller_unknown, sender, "its domain belongs to no VM");
    co_return domain;
} catch (const bus::RemoteFailure& failure) {
    fail(errors::caller_unknown, sender, "{}", text::escaped(failure.remote_text()));
}

void BusCallers::forget_when_gone() {
    if (!known_.empty()) return;
    using Handler = std::function<void(std::string, std::string, std::string)>;
    leaving_ = bus::subscribe(daemon_, {bus_name, "NameOwnerChanged"},
                              Handler{[this](const std::string& name, const std::string&, const std::string& owner) {
                                  if (owner.empty()) known_.erase(name);
                              }});
}

}    // namespace xm::connect
