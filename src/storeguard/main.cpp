// xenmgr-store-guard: the little of xenstore that the firewall needs, without the rest.

#include "base/log.hpp"
#include "storeguard/door.hpp"

#include <systemd/sd-daemon.h>
#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <cstdio>
#include <exception>
#include <string>

namespace {

using namespace xm;
using namespace xm::storeguard;

struct Settings {
    std::string listen{};
    std::string xenstored = "/run/xenstored/socket";
};

Fd listening(const Settings& settings) {
    const int given = sd_listen_fds(1);
    if (given == 1 && settings.listen.empty()) return Fd{SD_LISTEN_FDS_START};
    if (settings.listen.empty()) throw std::runtime_error{"no socket: pass --listen, or one by systemd"};
    return listen_at(settings.listen);
}

void serve(const Settings& settings) {
    boost::asio::io_context loop{1};
    const Door door{loop.get_executor(), listening(settings), settings.xenstored};
    boost::asio::signal_set signals{loop, SIGTERM, SIGINT};
    signals.async_wait([&loop](const boost::system::error_code&, int) { loop.stop(); });
    sd_notify(0, "READY=1");
    loop.run();
    if (!settings.listen.empty()) ::unlink(settings.listen.c_str());
}

}    // namespace

int main(int argc, char** argv) {
    Settings settings;
    CLI::App app{
        "Passes on to xenstored what rpc-proxy may ask of it: which domain is which VM, and where a guest finds "
        "its vchan. Any other request ends the connection. rpc-proxy finds it by XENSTORED_PATH.",
        "xenmgr-store-guard"};
    app.add_option("--listen", settings.listen, "socket to make; without it, systemd passes one");
    app.add_option("--xenstored", settings.xenstored, "socket of xenstored")->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        log::start({.ident = "xenmgr-store-guard"});
        serve(settings);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "xenmgr-store-guard: %s\n", failure.what());
        return 1;
    }
}
