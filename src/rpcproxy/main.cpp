// rpc-proxy: the firewall between guests and the host's message bus.

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "rpcproxy/attentive_loop.hpp"
#include "rpcproxy/channel.hpp"
#include "rpcproxy/commands.hpp"
#include "rpcproxy/control_bus.hpp"
#include "rpcproxy/proxy.hpp"
#include "rpcproxy/service_bus.hpp"
#include "rpcproxy/settings.hpp"
#include "rpcproxy/xen_guests.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace xm;
using namespace xm::rpcproxy;

enum ExitCode : int { ended = 0, failed = 1, bad_usage = 2, bad_rules = 3 };

std::string fresh_guid() {
    std::string text = Uuid::random().text();
    std::erase(text, '-');
    return text;
}

Common common_of(const Settings& settings, boost::asio::io_context& loop, ControlBus& bus) {
    return {.executor = loop.get_executor(),
            .gate = {.firewall = !settings.no_firewall,
                     .compat_interface_match = settings.compat_interface_match,
                     .translate_anonymous = settings.translate_anonymous,
                     .hide_owners = settings.hide_owners,
                     .say_hello = settings.json_in || settings.websockets_in,
                     .request_name = settings.request_name},
            .quota = settings.quota,
            .json = settings.json,
            .json_in = settings.json_in || settings.websockets_in,
            .json_out = settings.json_out,
            .sasl_in = !settings.auto_auth && !settings.websockets_in,
            .sasl_out = !settings.json_out,
            .tell_uuid = settings.tell_uuid,
            .domid_to_bus = settings.bus_identity == "domid",
            .verbose = settings.verbose,
            .guid = fresh_guid(),
            .names = bus,
            .types = bus};
}

// Two descriptors for each conversation: as many as the system gives.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Reads the rules on SIGHUP, as often as it comes.
void reload_on(boost::asio::signal_set& signals, Policies& policies) {
    signals.async_wait([&](const boost::system::error_code& error, int) {
        if (error) return;
        policies.reload();
        reload_on(signals, policies);
    });
}

ExitCode serve(const Settings& settings) {
    boost::asio::io_context loop{1};
    const auto connector = make_connector(loop.get_executor(), settings.outgoing);
    connect::store::StoreSettings of_xenstore{.socket = settings.xenstore};
    of_xenstore.limit = std::max<std::chrono::milliseconds>(of_xenstore.limit, settings.quota.asking);
    connect::store::Store xenstore{loop.get_executor(), of_xenstore};
    XenGuests guests{loop.get_executor(), xenstore};
    const auto listener = make_listener(loop.get_executor(), settings.incoming, &guests);
    ServiceBus service{xenstore};
    ControlBus bus{loop, *connector, service, {.server = settings.server, .patience = settings.quota.asking}};
    Policies policies{loop.get_executor(), settings.rules, bus};
    if (!settings.no_firewall) policies.load();
    Common common = common_of(settings, loop, bus);
    Proxy proxy{{.common = common,
                 .policies = policies,
                 .bus = bus,
                 .listener = *listener,
                 .connector = *connector,
                 .given = settings.given,
                 .xenstore = xenstore}};
    service.speak_for(policies, proxy);

    boost::asio::signal_set stop{loop, SIGTERM, SIGINT};
    stop.async_wait([&](const auto&, int) { loop.stop(); });
    boost::asio::signal_set hangup{loop, SIGHUP};
    reload_on(hangup, policies);
    bus.start({.vm_changed = [&](const Uuid& vm) { policies.vm_changed(vm); },
               .all_changed = [&] { policies.all_changed(); },
               .lost =
                   [&] {
                       policies.nothing_is_known();
                       proxy.bus_lost();
                   },
               .ready = [] { sd_notify(0, "READY=1"); }});
    proxy.open([&] { loop.stop(); });
    const connect::store::Watch deaths{xenstore, "@releaseDomain", [&] { proxy.domains_changed(); }};
    log::info("listens on {}", text::escaped(settings.incoming));
    run_attentively(loop);
    return ended;
}

int exit_code_of(const Failure& failure) {
    if (&failure.info() == &errors::bad_config) return bad_rules;
    const bool usage = &failure.info() == &errors::bad_channel || &failure.info() == &errors::io_error;
    return usage ? bad_usage : failed;
}

}    // namespace

int main(int argc, char** argv) {
    const std::string_view command = argc > 1 ? argv[1] : "";
    if (command == "explain") return run_explain(argc - 1, argv + 1);
    if (command == "lint") return run_lint(argc - 1, argv + 1);
    int exit_code = ended;
    const auto settings = read_settings(argc, argv, exit_code);
    if (!settings) return exit_code;
    log::start({.ident = "rpc-proxy", .debug = settings->verbose});
    raise_descriptor_limit();
    try {
        return serve(*settings);
    } catch (const Failure& failure) {
        log::error("{}", failure.what());
        const int code = exit_code_of(failure);
        if (code == bad_usage) fmt::print(stderr, "{}\n", usage_line);
        return code;
    } catch (const std::exception& error) {
        log::error("{}", error.what());
        return failed;
    }
}
