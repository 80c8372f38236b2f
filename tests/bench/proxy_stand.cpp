#include "proxy_stand.hpp"

#include <cstring>
#include <fstream>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>

namespace xm::bench {

namespace {

namespace fs = std::filesystem;

constexpr auto start_limit = std::chrono::seconds{10};

bool answers(const fs::path& path) {
    const Fd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path.native().copy(address.sun_path, sizeof address.sun_path - 1);
    return connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

void write_rules(const fs::path& file, std::size_t count) {
    const auto row = [](const char* verdict, const std::string& member) {
        return fmt::format("{} destination {} interface {} member {}\n", verdict, allowed.service, allowed.interface,
                           member);
    };
    std::ofstream rules{file};
    rules << "allow destination org.freedesktop.DBus interface org.freedesktop.DBus\n" << row("allow", allowed.member);
    for (std::size_t i = 2; i < count; ++i)
        rules << row(i % 2 == 0 ? "allow" : "deny", fmt::format("other{}", i));
}

}    // namespace

ProxyStand::ProxyStand(const fs::path& programs)
    : programs_{programs},
      stack_{programs, {}},
      service_{stack_.start({programs / "minimal-bus-service"}, allowed.service)} {}

Door ProxyStand::open(Arguments arguments, const fs::path& socket) {
    const fs::path log = stack_.directory() / (socket.filename().string() + ".log");
    const Process& process = proxies_.emplace_back(arguments, log);
    const auto end = Clock::now() + start_limit;
    while (!answers(socket)) {
        if (Clock::now() > end) throw std::runtime_error{fmt::format("{} does not listen", arguments.front())};
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return {socket, process.pid()};
}

Door ProxyStand::theirs() {
    const fs::path socket = stack_.directory() / "xdg-dbus-proxy";
    return open({"/usr/bin/xdg-dbus-proxy", direct().address(), socket, "--filter", "--talk=" + allowed.service},
                socket);
}

Door ProxyStand::ours(const Kind& kind) {
    const fs::path socket = stack_.directory() / fmt::format("rpc-proxy-{}", proxies_.size());
    const fs::path rules = fs::path{socket}.concat(".rules");
    write_rules(rules, kind.rules);
    Arguments arguments{programs_ / "rpc-proxy",
                        "--incoming-channel",
                        "unix:" + socket.string(),
                        "--outgoing-channel",
                        "unix:" + direct().socket.string(),
                        "--incoming-domid",
                        "5",
                        "--incoming-stubdom",
                        "false",
                        "--rules",
                        rules};
    if (!kind.limited) arguments.insert(arguments.end(), {"--max-calls-per-second", "0"});
    return open(std::move(arguments), socket);
}

}    // namespace xm::bench
