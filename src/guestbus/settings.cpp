#include "guestbus/settings.hpp"

#include <getopt.h>
#include <sys/un.h>

#include <charconv>
#include <cstdio>
#include <string_view>

namespace xm::guestbus {
namespace {

constexpr auto help =
    "usage: xenmgr-guest-bus [--socket PATH] [--mode OCTAL]\n"
    "\n"
    "Gives the processes of this guest the message bus of their host, as far as its\n"
    "firewall lets them: DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/xenmgr/bus\n"
    "\n"
    "  -s, --socket PATH   where they connect (/run/xenmgr/bus)\n"
    "  -m, --mode OCTAL    who may connect, as chmod has it (666)\n"
    "  -h, --help          this text\n"
    "\n"
    "Exit codes: 1 failed, 2 bad usage. Needs the modules xen_evtchn and xen_gntdev.\n";

constexpr option options[] = {{"socket", required_argument, nullptr, 's'},
                              {"mode", required_argument, nullptr, 'm'},
                              {"help", no_argument, nullptr, 'h'},
                              {nullptr, 0, nullptr, 0}};

std::optional<mode_t> mode_of(std::string_view text) {
    unsigned mode = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    const bool whole = end.ec == std::errc{} && end.ptr == text.data() + text.size();
    return whole && mode <= 0777 ? std::optional<mode_t>{mode} : std::nullopt;
}

const char* take(Settings& settings, int name, const char* value) {
    if (name == 's') {
        settings.socket = value;
        return settings.socket.empty() || settings.socket.size() >= sizeof sockaddr_un::sun_path
                   ? "the path of the socket is empty or too long"
                   : nullptr;
    }
    const auto mode = mode_of(value);
    settings.mode = mode.value_or(0);
    return mode ? nullptr : "the mode must be an octal number up to 777";
}

}    // namespace

std::optional<Settings> read_settings(int argc, char** argv, int& exit_code) {
    Settings settings;
    exit_code = 2;
    for (int name = 0; (name = ::getopt_long(argc, argv, "s:m:h", options, nullptr)) != -1;) {
        if (name == '?') return std::nullopt;    // getopt has said why
        if (name == 'h') {
            exit_code = std::fputs(help, stdout) < 0 ? 1 : 0;
            return std::nullopt;
        }
        if (const char* fault = take(settings, name, optarg)) {
            std::fprintf(stderr, "xenmgr-guest-bus: %s\n", fault);
            return std::nullopt;
        }
    }
    if (optind == argc) return settings;
    std::fprintf(stderr, "xenmgr-guest-bus: what is '%s'? --help says more\n", argv[optind]);
    return std::nullopt;
}

}    // namespace xm::guestbus
