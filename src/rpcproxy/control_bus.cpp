#include "rpcproxy/control_bus.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "connect/db_bus.hpp"
#include "connect/within.hpp"
#include "gen/errors.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace xm::rpcproxy {
namespace asio = boost::asio;
using namespace std::chrono_literals;
namespace {

constexpr auto driver = "org.freedesktop.DBus";
constexpr auto driver_path = "/org/freedesktop/DBus";
constexpr auto properties_interface = "org.freedesktop.DBus.Properties";
constexpr auto manager = "com.citrix.xenclient.xenmgr";
constexpr auto vm_interface = "com.citrix.xenclient.xenmgr.vm.unrestricted";
constexpr auto database = "com.citrix.xenclient.db";
constexpr auto own_name = "com.citrix.xenclient.rpc_proxy";
constexpr auto first_pause = 100ms;

std::string rules_of(const Uuid& vm) { return fmt::format("/vm/{}/rpc-firewall-rules", vm.text()); }

// "/vm/<uuid>/..." of a path in the database.
std::optional<Uuid> vm_of(std::string_view path) {
    constexpr std::string_view prefix = "/vm/";
    if (!path.starts_with(prefix)) return std::nullopt;
    return Uuid::parse(path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size()));
}

// {"0": "allow ...", "10": "deny ..."}, by number. What has no number comes first, by name.
std::vector<VmSource::Line> lines_of(const std::string& node, const std::string& json) {
    const auto tree = nlohmann::json::parse(json, nullptr, false);
    std::vector<std::pair<std::pair<std::int64_t, std::string>, VmSource::Line>> numbered;
    if (tree.is_object())
        for (const auto& [name, value] : tree.items())
            numbered.push_back({{text::parse_number<std::int64_t>(name).value_or(-1), name},
                                {node + '/' + name, value.is_string() ? value.get<std::string>() : std::string{}}});
    std::ranges::sort(numbered, {}, &std::pair<std::pair<std::int64_t, std::string>, VmSource::Line>::first);
    std::vector<VmSource::Line> lines;
    for (auto& entry : numbered)
        lines.push_back(std::move(entry.second));
    return lines;
}

}    // namespace

struct ControlBus::Life final : connect::DatabaseEvents {
    Life(ControlBus& owner, asio::io_context& loop, const std::string& address)
        : control{owner},
          connection{loop, address, [&owner] { owner.on_lost(); }},
          bus{connection, driver, driver_path},
          xenmgr{connection, manager, "/"},
          store{connect::make_bus_database(connection)},
          service{connection} {}

    void on_database_changed(const StringList& paths) override {
        std::set<Uuid> changed;
        for (const std::string& path : paths) {
            if (path == "/" || path == "/vm") return control.events_.all_changed();
            const auto vm = vm_of(path);
            if (!vm) continue;    // guests write elsewhere, as often as they like
            if (path.find("/rpc-firewall-rules") != std::string::npos || path.find('/', 4) == std::string::npos)
                changed.insert(*vm);
        }
        for (const Uuid& vm : changed)
            control.events_.vm_changed(vm);
    }
    void on_database_restarted() override { control.events_.all_changed(); }

    void on_owner(const std::string& name, const std::string& owner) {
        if (name.starts_with(':')) {
            if (owner.empty()) control.signatures_.forget(name);
            return;
        }
        fresh.insert(name);
        control.set(name, owner);
        if (name == manager) control.events_.all_changed();
    }

    ControlBus& control;
    bus::Connection connection;
    bus::Peer bus;
    bus::Peer xenmgr;
    std::unique_ptr<connect::Database> store;
    bus::Service service;
    bus::Subscription owners;
    bus::Subscription configs;
    std::set<std::string, std::less<>> fresh;    // names of which a signal told, since this life began
};

ControlBus::ControlBus(asio::io_context& loop, Connector& connector, bus::Family& family, Choices choices)
    : loop_{loop},
      connector_{connector},
      address_{connector.bus_address()},
      family_{family},
      choices_{choices},
      again_{loop},
      readiness_{loop} {
    readiness_.expires_at(asio::steady_timer::time_point::max());
}
ControlBus::~ControlBus() = default;

void ControlBus::start(Events events) {
    events_ = std::move(events);
    if (address_.empty()) return events_.ready();
    connect();
}

// Knocks first: sdbus-c++ 1.2 loses memory with each connection that it cannot open, and a bus may be away for long.
void ControlBus::connect() try {
    if (!connector_.connect()) fail(errors::bus_unavailable, text::escaped(address_), "nobody answers");
    life_ = std::make_shared<Life>(*this, loop_, address_);
    asio::co_spawn(loop_, learn(life_), [this, life = std::weak_ptr{life_}](const std::exception_ptr& failure) {
        if (!failure || life.lock() != life_) return;
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            if (pause_ == first_pause) log::error("does not serve, but tries again: {}", error.what());
        }
        on_lost();
    });
} catch (const Failure& failure) {
    if (pause_ == first_pause) log::warn("tries again: {}", failure.what());
    retry();
}

void ControlBus::retry() {
    life_ = nullptr;
    again_.expires_after(pause_);
    pause_ = std::min(pause_ * 2, std::chrono::milliseconds{2000});
    again_.async_wait([this](const boost::system::error_code& error) {
        if (!error) connect();
    });
}

void ControlBus::on_lost() {
    ready_ = false;
    clear();
    events_.lost();
    retry();
}

// Listens first and asks then, so that no change is missed; what a signal told in between is newer than the answer.
asio::awaitable<void> ControlBus::learn(std::shared_ptr<Life> life) {
    using OwnerChanged = std::function<void(std::string, std::string, std::string)>;
    life->owners = bus::subscribe(life->bus, {driver, "NameOwnerChanged"},
                                  OwnerChanged{[weak = std::weak_ptr{life}](const std::string& name, const std::string&,
                                                                            const std::string& owner) {
                                      if (const auto alive = weak.lock()) alive->on_owner(name, owner);
                                  }});
    using ConfigChanged = std::function<void(std::string, bus::ObjectPath)>;
    life->configs = bus::subscribe(life->xenmgr, {manager, "vm_config_changed"},
                                   ConfigChanged{[this](const std::string& uuid, const bus::ObjectPath&) {
                                       if (const auto vm = Uuid::parse(uuid)) events_.vm_changed(*vm);
                                   }});
    life->store->listen(*life);
    const auto names =
        co_await bus::call<std::vector<std::string>>(life->bus, {driver, "ListNames"}, bus::usual_deadline);
    for (const std::string& name : names) {
        if (name.starts_with(':') || life->fresh.contains(name)) continue;
        try {
            const auto owner =
                co_await bus::call<std::string>(life->bus, {driver, "GetNameOwner"}, bus::usual_deadline, name);
            if (life == life_ && !life->fresh.contains(name)) set(name, owner);
        } catch (const bus::RemoteFailure&) {
            continue;    // gone in between
        }
    }
    if (life != life_) co_return;
    life->service.serve(family_);
    take_names(*life);
    pause_ = first_pause;
    ready_ = true;
    readiness_.cancel();
    events_.all_changed();
    events_.ready();
}

// Services ask the first name who a guest is. A proxy that is root and cannot be asked would pass its guests off as the
// host, so it does not serve; one with a user of its own is known by that.
void ControlBus::take_names(Life& life) {
    try {
        life.connection.own_name(fmt::format("{}.p{}", own_name, ::getpid()));
    } catch (const Failure& failure) {
        if (::geteuid() == 0) throw;
        log::warn("services cannot ask who the guests are: {}", failure.what());
    }
    if (choices_.server) life.connection.own_name(own_name);
}

asio::awaitable<bool> ControlBus::wait_ready() {
    if (ready_ || address_.empty()) co_return true;
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer deadline{loop_, choices_.patience};
    boost::system::error_code cancelled;
    co_await (readiness_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled)) ||
              deadline.async_wait(asio::use_awaitable));
    co_return ready_;
}

void ControlBus::catch_up() {
    const auto life = life_;    // what it hears may end it
    if (life && ready_) life->connection.take_in();
}

asio::awaitable<VmProperties> ControlBus::properties(Uuid vm, std::vector<std::string> names) {
    const auto life = life_;
    VmProperties known;
    if (!life || owner(manager).empty()) co_return known;
    const bus::Peer object{life->connection, manager, "/vm/" + vm.path_form()};
    const std::string vm_properties = vm_interface;
    const auto give_up = std::chrono::steady_clock::now() + choices_.patience;
    for (const std::string& name : names)
        try {
            const auto left = std::chrono::duration_cast<bus::Deadline>(give_up - std::chrono::steady_clock::now());
            known.complete = left.count() > 0;
            if (!known.complete) break;
            const auto value =
                co_await bus::call<bus::Variant>(object, {properties_interface, "Get"}, left, vm_properties, name);
            if (const auto* flag = std::get_if<bool>(&value.value)) known.booleans[name] = *flag;
            const auto* words = std::get_if<std::string>(&value.value);
            if (words && name == "type") known.type = *words;
            if (words && name == "name") known.name = *words;
            if (value.signature != "b" && name != "type" && name != "name")
                log::warn("property={} of vm={} is no boolean, so no condition on it holds", name, vm.text());
        } catch (const bus::RemoteFailure& failure) {
            log::warn("property={} of vm={} is unknown: {}", text::escaped(name), vm.text(),
                      text::escaped(failure.remote_text()));
            if (&failure.info() != &errors::peer_failed) {    // nobody answers
                known.complete = false;
                break;
            }
        } catch (const Failure& failure) {    // an answer of another shape
            log::warn("property={} of vm={} is unknown: {}", text::escaped(name), vm.text(), failure.what());
        }
    co_return known;
}

// Without a database there are no rules in it. One that is there and does not answer is another matter.
asio::awaitable<std::optional<std::vector<VmSource::Line>>> ControlBus::rules(Uuid vm) try {
    const auto life = life_;
    if (!life) co_return std::nullopt;
    if (owner(database).empty()) co_return std::vector<Line>{};
    const std::string node = rules_of(vm);
    const auto json = co_await connect::within(choices_.patience, life->store->dump(node));
    if (!json) co_return std::nullopt;
    co_return lines_of(node, *json);
} catch (const std::exception& failure) {
    log::warn("rules of vm={} cannot be read: {}", vm.text(), failure.what());
    co_return std::nullopt;
}

asio::awaitable<std::optional<std::string>> ControlBus::types_of(std::shared_ptr<Life> life,
                                                                 JsonPeer::Pending call) try {
    const std::string service{call.destination.starts_with(':') ? std::string_view{call.destination}
                                                                : owner(call.destination)};
    const Methods* known = signatures_.find(service, call.path);
    if (!known) {
        const bus::Peer object{life->connection, call.destination, call.path};
        const auto xml = co_await bus::call<std::string>(object, {"org.freedesktop.DBus.Introspectable", "Introspect"},
                                                         bus::Deadline{choices_.patience});
        signatures_.store(service, call.path, Methods::parse(xml));
        known = signatures_.find(service, call.path);
    }
    const auto signature = known ? known->signature(call.interface, call.member) : std::nullopt;
    co_return signature ? std::optional<std::string>{*signature} : std::nullopt;
} catch (const std::exception& failure) {
    log::debug("no types of {}.{}: {}", text::escaped(call.interface), text::escaped(call.member), failure.what());
    co_return std::nullopt;
}

void ControlBus::ask(const JsonPeer::Pending& call, Answer answer) {
    if (!life_) return asio::post(loop_, [answer = std::move(answer)] { answer(std::nullopt); });
    asio::co_spawn(loop_, types_of(life_, call),
                   [answer = std::move(answer)](const std::exception_ptr&, std::optional<std::string> signature) {
                       answer(std::move(signature));
                   });
}

}    // namespace xm::rpcproxy
