#pragma once
// What the firewall's speed is measured on: a private bus with an answering service, and before it our proxies and
// xdg-dbus-proxy, each on a socket of its own.

#include "process.hpp"
#include "stack.hpp"

#include <cstddef>
#include <filesystem>
#include <list>
#include <string>

namespace xm::bench {

inline const Method allowed{"org.xenclient.bench.Minimal", "/vm", "org.xenclient.bench.Minimal", "auth_required"};
inline const Method refused{"org.xenclient.bench.Minimal", "/vm", "org.xenclient.bench.Minimal", "refused"};

// A proxy, or the bus itself.
struct Door {
    std::filesystem::path socket;
    pid_t pid = 0;

    std::string address() const { return "unix:path=" + socket.string(); }
};

class ProxyStand {
public:
    explicit ProxyStand(const std::filesystem::path& programs);

    Door direct() const { return {stack_.directory() / "bus"}; }
    Door theirs();

    // A process of rpc-proxy. Its rules differ in the member, the first lets `allowed` pass.
    struct Kind {
        std::size_t rules = 10;
        bool limited = false;    // calls a second
    };
    Door ours(const Kind& kind);

private:
    Door open(Arguments arguments, const std::filesystem::path& socket);

    std::filesystem::path programs_;
    Stack stack_;
    Process service_;
    std::list<Process> proxies_;
};

}    // namespace xm::bench
