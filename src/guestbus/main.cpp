// xenmgr-guest-bus: runs in a guest, and gives its processes the host's message bus through the host's firewall.

#include "guestbus/door.hpp"
#include "guestbus/host_news.hpp"
#include "guestbus/line.hpp"
#include "guestbus/restored.hpp"
#include "guestbus/settings.hpp"
#include "vchan/whereabouts.hpp"
#include "vchan/xen_end.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <cstdio>
#include <stdexcept>
#include <string_view>

namespace {

using namespace xm;
using namespace xm::guestbus;

void say(const char* what) { std::fprintf(stderr, "xenmgr-guest-bus: %s\n", what); }

// The host has one session with a guest. The name goes with the process, however it ends.
Fd only_one() {
    constexpr std::string_view name{"\0xenmgr-guest-bus", 17};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, name.size());
    Fd lock{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const auto size = static_cast<socklen_t>(sizeof address.sun_family + name.size());
    if (::bind(lock.get(), static_cast<const sockaddr*>(static_cast<const void*>(&address)), size) != 0)
        throw std::runtime_error{"another one runs in this guest"};
    return lock;
}

void check_devices() {
    for (const char* device : {"/dev/xen/evtchn", "/dev/xen/gntdev"})
        if (::access(device, R_OK | W_OK) != 0)
            throw std::runtime_error{std::string{device} +
                                     " is missing or not ours: load xen_evtchn and xen_gntdev, and run as root"};
}

void serve(const Settings& settings) {
    const Fd lock = only_one();
    check_devices();
    boost::asio::io_context loop{1};
    const auto executor = loop.get_executor();
    Door* door = nullptr;
    Line line{executor,
              [&] { return vchan::make_client_end(executor, vchan::host_domain, vchan::path_in_guest); },
              {.on_up =
                   [&] {
                       say("the host is there");
                       door->on_up();
                   },
               .on_down = [] { say("the host has gone"); }}};
    const HostNews news{executor, vchan::path_in_guest, [&] {
                            look_whether_restored();    // xenstore tells everything again then
                            line.on_news();
                        }};
    Door open_door{executor, listening(settings), line};
    door = &open_door;
    boost::asio::signal_set stop{loop, SIGTERM, SIGINT};
    stop.async_wait([&](const auto&, int) { loop.stop(); });
    loop.run();
    ::unlink(settings.socket.c_str());
}

}    // namespace

int main(int argc, char** argv) {
    int exit_code = 0;
    const auto settings = read_settings(argc, argv, exit_code);
    if (!settings) return exit_code;
    begin_anew_when_restored(argv);
    try {
        serve(*settings);
    } catch (const std::exception& failure) {
        say(failure.what());
        return 1;
    }
}
