#include "rpcproxy/settings.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <utility>

namespace xm::rpcproxy {
namespace {

constexpr int bad_usage = 2;

void declare_channels(CLI::App& app, Settings& settings) {
    app.add_option("-i,-l,--incoming-channel,--listen-channel", settings.incoming,
                   "Where peers come from: vchan:[DOMID], unix:PATH, tcp:[ADDRESS:]PORT, serial:DEVICE")
        ->capture_default_str();
    app.add_option("-o,-f,--outgoing-channel,--forward-channel", settings.outgoing, "Where the bus is")
        ->capture_default_str();
    app.add_option("--xenstore", settings.xenstore,
                   "Socket of xenstore, which tells who a domain is; not given: XENSTORED_PATH, or its own");
    app.add_option("--bus-identity", settings.bus_identity,
                   "How connections to the bus are named to it: external (our user), domid (buses that know domains)")
        ->check(CLI::IsMember({"external", "domid"}))
        ->capture_default_str();
}

struct IdentityWords {
    std::string uuid, stubdom;
};

void declare_identity(CLI::App& app, Settings& settings, IdentityWords& words) {
    app.add_option("-d,--incoming-domid", settings.given.domid, "Every peer is this domain; 0 is not filtered");
    app.add_option("--incoming-uuid", words.uuid, "Every peer is this VM")->check([](const std::string& text) {
        return Uuid::parse(text) ? std::string{} : "is no uuid: " + text::escaped(text);
    });
    app.add_option("--incoming-stubdom", words.stubdom, "Every peer is, or is not, a stub domain")
        ->check(CLI::IsMember({"true", "false"}));
    app.add_option("--incoming-type", settings.given.type, "The VM's type");
    app.add_option("--incoming-name", settings.given.name, "The VM's name");
}

void declare_rules(CLI::App& app, Settings& settings) {
    app.add_option("-r,--rules", settings.rules, "The rules, rpc-proxy.rules(5)")->capture_default_str();
    app.add_flag("-w,--no-firewall", settings.no_firewall, "Let everything pass, look nobody up");
    app.add_flag("--compat-interface-match", settings.compat_interface_match,
                 "Rules' interfaces count for calls of properties only, as they once did; each use is logged");
    app.add_flag("-v,--verbose", settings.verbose, "Log what passes too");
    app.add_flag("-s,--server", settings.server, "Own com.citrix.xenclient.rpc_proxy");
}

void declare_rewriting(CLI::App& app, Settings& settings) {
    app.add_option("-n,--request-name", settings.request_name,
                   "The name that a peer gets, whatever it requests; $UUID is its uuid with underscores");
    app.add_flag("-u,--uuid", settings.tell_uuid, "Tell the peer its uuid in the handshake");
    app.add_flag("--owner-name", settings.hide_owners, "Answer GetNameOwner with the name itself");
    app.add_flag("--translate-anonymous-dests", settings.translate_anonymous,
                 "Replace unique destinations by the well-known name behind them");
}

void declare_forms(CLI::App& app, Settings& settings) {
    app.add_flag("--json-in", settings.json_in, "The peers speak JSON");
    app.add_flag("--json-out", settings.json_out, "The bus speaks JSON");
    app.add_flag("--websockets-in", settings.websockets_in, "The peers come in websockets");
    app.add_option("--websocket-origin", settings.json.rules.origins, "A page that may connect, https://HOST[:PORT]");
    app.add_option("--websocket-host", settings.json.rules.hosts, "A Host that is ours, NAME[:PORT]");
    app.add_flag("--auto-auth", settings.auto_auth, "Authenticate without the peer");
}

void declare_seconds(CLI::App& app, const char* name, std::chrono::seconds& limit, const char* meaning) {
    app.add_option_function<std::uint32_t>(
           name, [&limit](const std::uint32_t& seconds) { limit = std::chrono::seconds{seconds}; }, meaning)
        ->check(CLI::Range(1u, 86'400u))
        ->default_str(std::to_string(limit.count()));
}

void declare_quotas(CLI::App& app, Quota& quota) {
    app.add_option("--max-connections", quota.connections, "Of one domain at once")->capture_default_str();
    app.add_option("--max-calls", quota.calls, "That wait for an answer, each way")->capture_default_str();
    app.add_option(
           "--max-calls-per-second", quota.calls_per_second,
           "Beyond that a peer waits while others talk, as all of its domain do beyond four times that; 0: no limit")
        ->capture_default_str();
    app.add_option("--max-match-rules", quota.match_rules, "Of one connection")->capture_default_str();
    app.add_option("--max-names", quota.names, "Of one connection")->capture_default_str();
    app.add_option("--max-message", quota.message, "Bytes of one message")
        ->check(CLI::Range(std::size_t{1024}, std::size_t{128} << 20))
        ->capture_default_str();
    app.add_option("--max-queued", quota.queued, "Bytes that wait to be sent, each way")->capture_default_str();
    app.add_option("--max-held", quota.held, "Bytes that wait here in all conversations of one domain")
        ->capture_default_str();
    declare_seconds(app, "--max-handshake", quota.handshake, "Seconds until a peer has said Hello");
    declare_seconds(app, "--max-asking", quota.asking, "Seconds that a peer waits for what services tell of it");
    declare_seconds(app, "--max-stalled", quota.stalled,
                    "Seconds without a byte of what a peer has begun or must read");
}

// The options of the spawning scripts are given more than once now and then; the last one counts.
void declare(CLI::App& app, Settings& settings, IdentityWords& words) {
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    declare_channels(app, settings);
    declare_identity(app, settings, words);
    declare_rules(app, settings);
    declare_rewriting(app, settings);
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::Throw);
    declare_forms(app, settings);
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    declare_quotas(app, settings.quota);
    app.failure_message([](const CLI::App*, const CLI::Error& error) {
        return "rpc-proxy: " + text::escaped(error.what()) + '\n' + usage_line + '\n';
    });
    app.footer(
        "rpc-proxy explain ... tells why a message passes or not, rpc-proxy lint FILE what to mend in a rule file.\n"
        "SIGHUP reads the rules again; a bad file changes nothing.\n"
        "Exit codes: 1 failed, 2 bad usage, 3 the rules cannot be read.");
}

// A page names the host that it connects to. Where that is not this machine alone, the address is ours as it is given.
void name_host(Settings& settings) {
    constexpr std::string_view tcp = "tcp:";
    const std::string_view channel = settings.incoming;
    if (!channel.starts_with(tcp) || channel.rfind(':') < tcp.size() || !settings.json.rules.hosts.empty()) return;
    settings.json.rules.hosts.emplace_back(channel.substr(tcp.size()));
}

}    // namespace

std::optional<Settings> read_settings(int argc, char** argv, int& exit_code) {
    Settings settings;
    IdentityWords words;
    CLI::App app{"Firewall between guests and the host's message bus", "rpc-proxy"};
    declare(app, settings, words);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        exit_code = app.exit(error) == 0 ? 0 : bad_usage;
        return std::nullopt;
    }
    if (!words.uuid.empty()) settings.given.uuid = Uuid::parse(words.uuid);
    if (!words.stubdom.empty()) settings.given.stubdom = words.stubdom == "true";
    settings.json.websocket = settings.websockets_in;
    if (settings.incoming.starts_with("tcp:") && !settings.given.domid && !settings.no_firewall) {
        fmt::print(stderr, "rpc-proxy: tcp tells nothing of a peer: say --incoming-domid, or --no-firewall\n{}\n",
                   usage_line);
        exit_code = bad_usage;
        return std::nullopt;
    }
    name_host(settings);
    return settings;
}

}    // namespace xm::rpcproxy
