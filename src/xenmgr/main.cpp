// xenmgr's composition root: settings, loop, bus, connect, domain, expose, the bus name last.

#include "base/failure.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "bus/service.hpp"
#include "connect/callers_bus.hpp"
#include "connect/db_bus.hpp"
#include "connect/guest_agents_bus.hpp"
#include "connect/guest_news_bus.hpp"
#include "connect/hooks.hpp"
#include "connect/host_devices.hpp"
#include "connect/host_files.hpp"
#include "connect/image_file.hpp"
#include "connect/input_bus.hpp"
#include "connect/monitor_unix.hpp"
#include "connect/network_bus.hpp"
#include "connect/rpc_proxy_bus.hpp"
#include "connect/store/vm_nodes_store.hpp"
#include "expose/announcer.hpp"
#include "expose/device_objects.hpp"
#include "expose/root_object.hpp"
#include "expose/vm_object.hpp"
#include "gen/errors.hpp"
#include "xenmgr/manager/autostart.hpp"
#include "xenmgr/manager/manager.hpp"
#include "xenmgr/settings.hpp"

#include <malloc.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace {

using namespace xm;

constexpr char build_file[] = "etc/xenclient.conf";
constexpr char language_file[] = "config/language.conf";

enum ExitCode : int { ended = 0, failed = 1, bad_usage = 2, no_database = 4 };

// A manager that was ready and loses its database waits for it; one that never had it leaves it to a person.
ExitCode code_of(const std::exception_ptr& failure, bool was_ready) try {
    std::rethrow_exception(failure);
} catch (const Failure& known) {
    log::error("ends: {}", known.what());
    return !was_ready && &known.info() == &errors::database_unavailable ? no_database : failed;
} catch (const std::exception& other) {
    log::error("ends: {}", other.what());
    return failed;
}

// Operations under way hold calls on the connection, which would be gone before the loop lets go of them. Everything
// that must survive is in dbd and in the monitors, so the process ends without taking itself apart.
[[noreturn]] void leave(const bus::Connection& connection, const std::exception_ptr& failure, bool was_ready) {
    sd_bus_flush(connection.native());
    if (failure) std::_Exit(code_of(failure, was_ready));
    std::_Exit(connection.lost() ? failed : ended);
}

std::string read_if_there(const std::filesystem::path& file) {
    return std::filesystem::exists(file) ? files::read(file) : std::string{};
}

xenmgr::HostFacts host_facts(const connect::HostDevices& devices, const std::filesystem::path& root,
                             const std::string& flavour) {
    return {.capabilities = xenmgr::parse_capabilities(read_if_there(root / ("etc/caps." + flavour))),
            .language = xenmgr::parse_language(read_if_there(root / language_file)),
            .tools_version = xenmgr::parse_tools_version(read_if_there(root / build_file)),
            .pci_devices = devices.pci_devices()};
}

// Whom the manager talks to.
struct Outside final : expose::GuestCallers {
    Outside(boost::asio::io_context& loop, bus::Connection& connection, const xenmgr::Settings& settings)
        : database{connect::make_bus_database(connection)},
          input{connect::make_bus_input(connection)},
          network{connect::make_bus_network(connection)},
          rpc_proxy{connect::make_bus_rpc_proxy(connection)},
          hooks{loop.get_executor()},
          devices{settings.host_root},
          monitors{loop.get_executor(),
                   {.directory = settings.run_dir,
                    .program = settings.monitor,
                    .options = {"--engine", settings.engine},
                    .launcher = true}},
          xenstore{loop.get_executor()},
          nodes{xenstore},
          callers{connection, xenstore},
          agents{connection},
          language{settings.host_root / language_file} {}

    xenmgr::Manager::Parts parts(xenmgr::Listener& listener) {
        return {.database = *database,
                .monitors = monitors,
                .hooks = hooks,
                .files = files,
                .images = images,
                .devices = devices,
                .services = {*input, *network, *rpc_proxy, nodes},
                .listener = listener,
                .agents = &agents,
                .language_file = language};
    }

    boost::asio::awaitable<std::optional<Uuid>> guest_of(std::string sender) override {
        const auto domain = co_await callers.domain_of(std::move(sender));
        co_return domain.vm;
    }

    std::unique_ptr<connect::Database> database;
    std::unique_ptr<connect::Input> input;
    std::unique_ptr<connect::Network> network;
    std::unique_ptr<connect::RpcProxy> rpc_proxy;
    connect::HookPrograms hooks;
    connect::LocalFiles files;
    connect::LocalImages images;
    connect::LocalDevices devices;
    connect::UnixMonitors monitors;
    connect::store::Store xenstore;
    connect::store::StoredVmNodes nodes;
    connect::BusCallers callers;
    connect::BusGuestAgents agents;
    std::filesystem::path language;
};

[[noreturn]] void serve(const xenmgr::Settings& settings) {
    boost::asio::io_context loop{1};
    boost::asio::signal_set stop{loop, SIGTERM, SIGINT};
    stop.async_wait([&](const auto&, int) { loop.stop(); });

    bus::Connection connection{loop, settings.session_bus ? bus::Kind::session : bus::Kind::system};
    Outside outside{loop, connection, settings};

    expose::Announcer announcer{connection};
    const auto flavour = xenmgr::read_flavour(settings.flavour_file);
    xenmgr::Manager manager{loop.get_executor(), outside.parts(announcer),
                            xenmgr::Templates{settings.data_dir / "templates" / flavour}, xenmgr::Limits{}};
    manager.set_host_facts(host_facts(outside.devices, settings.host_root, flavour));
    xenmgr::ScriptQueue scripts{loop.get_executor()};
    xenmgr::Gathering gathering{loop.get_executor(), std::filesystem::temp_directory_path()};

    const connect::BusGuestNews guest_news{connection, loop.get_executor(), outside.callers, manager.guest_listener()};

    bus::Service service{connection};
    expose::RootFamily root{{manager, scripts, gathering, outside, announcer}};
    expose::VmFamily vms{manager};
    expose::DiskFamily disks{manager};
    expose::NicFamily nics{manager};
    for (bus::Family* family : {static_cast<bus::Family*>(&vms), static_cast<bus::Family*>(&disks),
                                static_cast<bus::Family*>(&nics), static_cast<bus::Family*>(&root)})
        service.serve(*family);

    std::exception_ptr failure;
    bool ready = false;
    const auto start = [&]() -> boost::asio::awaitable<void> {
        co_await outside.agents.load();
        co_await manager.load();
        announcer.speak_through(service, {vms, disks, nics});
        connection.own_name("com.citrix.xenclient.xenmgr");
        if (!settings.pid_file.empty()) files::replace(settings.pid_file, std::to_string(getpid()) + "\n");
        sd_notify(0, "READY=1");
        ready = true;
        log::info("ready vms={}", manager.registry().size());
        if (settings.autostart && xenmgr::first_since_boot(settings.run_dir)) co_await xenmgr::autostart(manager);
    };
    boost::asio::co_spawn(loop, start(), [&](const std::exception_ptr& thrown) {
        if (!thrown) return;
        failure = thrown;
        loop.stop();
    });
    loop.run();
    leave(connection, failure, ready);
}

}    // namespace

int main(int argc, char** argv) try {
    int exit_code = 0;
    const auto settings = xenmgr::read_settings(argc, argv, exit_code);
    if (!settings) return exit_code;
    if (settings->daemonize && daemon(0, 1) != 0) return 1;
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);    // memory of large replies goes back when they are sent
    log::start({.ident = "xenmgr", .debug = settings->debug});
    serve(*settings);
} catch (const std::exception& e) {
    log::error("ends: {}", e.what());
    return 1;
}
