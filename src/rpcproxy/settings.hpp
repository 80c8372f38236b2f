#pragma once
// What rpc-proxy was told on its command line. The manual is rpc-proxy(8).

#include "rpcproxy/identity.hpp"
#include "rpcproxy/json_peer.hpp"
#include "rpcproxy/quota.hpp"

#include <optional>
#include <string>

namespace xm::rpcproxy {

struct Settings {
    std::string incoming = "argo:5555";
    std::string outgoing = "unix:/var/run/dbus/system_bus_socket";
    std::string rules = "/etc/rpc-proxy.rules";
    std::string request_name;
    std::string xenstore;    // its socket; empty: as libxenstore finds it
    std::string bus_identity = "external";
    GivenIdentity given;
    bool verbose = false;
    bool server = false;
    bool no_firewall = false;
    bool tell_uuid = false;
    bool hide_owners = false;
    bool translate_anonymous = false;
    bool compat_interface_match = false;
    bool json_in = false;
    bool json_out = false;
    bool websockets_in = false;
    bool auto_auth = false;
    JsonOptions json;
    Quota quota;
};

inline constexpr auto usage_line =
    "usage: rpc-proxy [-i CHANNEL] [-o CHANNEL] [-r RULES] [OPTION...] | rpc-proxy explain|lint ...; --help says more";

// Nothing if the process should end at once, with exit_code: after --help, or after an error that was printed.
std::optional<Settings> read_settings(int argc, char** argv, int& exit_code);

}    // namespace xm::rpcproxy
