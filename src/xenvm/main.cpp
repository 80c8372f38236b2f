// xenvm: the monitor of one virtual machine.

#include "base/failure.hpp"
#include "base/log.hpp"
#include "connect/monitor.hpp"
#include "connect/monitor_run_dir.hpp"
#include "connect/monitor_socket.hpp"
#include "gen/errors.hpp"
#include "xenvm/clock.hpp"
#include "xenvm/command_socket.hpp"
#include "xenvm/commands_bus.hpp"
#include "xenvm/daemon.hpp"
#include "xenvm/fanout.hpp"
#include "xenvm/file_config.hpp"
#include "xenvm/idle_memory.hpp"
#include "xenvm/launcher.hpp"
#include "xenvm/log_setup.hpp"
#include "xenvm/monitor.hpp"
#include "xenvm/notify_lines.hpp"
#include "xenvm/settings.hpp"
#include "xenvm/signals.hpp"
#include "xenvm/sim_engine.hpp"
#include "xenvm/startup.hpp"
#include "xenvm/xl_engine.hpp"
#include "xenvm/xl_nodes.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <deque>
#include <exception>
#include <filesystem>
#include <memory>

namespace {

using namespace xm;
using namespace xm::xenvm;

constexpr std::chrono::milliseconds quiet_time{1000};

enum ExitCode : int { ended = 0, monitor_exists = 1, domain_exists = 2, bad_config = 3, failed = 4 };

// A file that names no machine describes a new one.
Uuid uuid_of(const Settings& settings, const FileConfig& config) {
    const std::string in_file = config.file() ? config.file()->spec.uuid : "";
    const std::string& text = settings.uuid.empty() ? in_file : settings.uuid;
    if (config.file() && text.empty()) return Uuid::random();
    const auto uuid = Uuid::parse(text);
    if (!uuid || uuid->is_nil()) fail(errors::invalid_uuid, text, "expected with --uuid or in the configuration file");
    return *uuid;
}

ExitCode code_of(const Failure& failure) {
    const std::string_view symbol = failure.info().symbol;
    return symbol == errors::bad_config.symbol || symbol == errors::invalid_uuid.symbol ? bad_config : failed;
}

bool on_xen() { return std::filesystem::exists("/dev/xen/privcmd") || std::filesystem::exists("/proc/xen/privcmd"); }

bool wants_xen(const Settings& settings) {
    return settings.engine == EngineKind::xen || (settings.engine == EngineKind::automatic && on_xen());
}

// With a part in xenstore: the real one.
std::unique_ptr<Engine> make_engine(const Settings& settings, const Uuid& uuid, Clock& clock,
                                    std::optional<XlNodes>& nodes) {
    if (nodes)
        return std::make_unique<XlEngine>(
            nodes->store().executor(), uuid, *nodes,
            connect::MonitorRunDir{std::filesystem::absolute(settings.run_dir)}.device_model(uuid));
    const SimStore store{settings.run_dir / "sim", settings.sim_host_memory_mib};
    return std::make_unique<SimEngine>(uuid, store, clock);
}

bool has_complete_domain(Engine& engine) {
    const auto domain = engine.read();
    return domain && domain->phase != DomainPhase::building;
}

struct Interfaces {
    std::optional<CommandSocket> socket;
    std::deque<NotifyLines> lines;
    std::optional<CommandBus> bus;
};

struct Surroundings {
    boost::asio::io_context& loop;
    const connect::MonitorRunDir& run_dir;
    const Uuid& uuid;
    const CommandContext& commands;
    Fanout& news;
};

// Without a bus that takes us, the socket is there even if nobody asked for it.
void open_interfaces(Interfaces& made, const Settings& settings, const std::vector<NotifyTarget>& notify,
                     const Surroundings& at) {
    bool wants_socket = settings.socket;
    if (settings.bus) try {
            made.bus.emplace(at.loop, settings.session_bus, at.uuid, at.commands);
        } catch (const std::exception& error) {
            log::warn("no commands over D-Bus, the socket serves them cause={}", error.what());
            wants_socket = true;
        }
    const auto executor = at.loop.get_executor();
    if (wants_socket)
        at.news.add(made.socket.emplace(executor, connect::listen_on(at.run_dir.socket(at.uuid)), at.commands));
    for (const NotifyTarget& target : notify)
        if (target.kind != NotifyTarget::Kind::bus)
            at.news.add(made.lines.emplace_back(executor, target, at.uuid));
        else if (made.bus)
            at.news.add(*made.bus);
}

void wind_up(Monitor& monitor, boost::asio::io_context& loop) {
    boost::asio::co_spawn(loop, monitor.leave(), [&loop](const std::exception_ptr& failure) {
        if (failure) log::error("a domain that was never completed is left behind");
        loop.stop();
    });
}

ExitCode serve(const Settings& settings, FileConfig& config, const Uuid& uuid, Readiness& ready) {
    const connect::MonitorRunDir run_dir{settings.run_dir};
    const Fd lock = run_dir.try_lock(uuid);
    if (!lock) return monitor_exists;

    boost::asio::io_context loop{1};
    const auto executor = loop.get_executor();
    const auto clock = make_host_clock(executor);
    std::optional<XlNodes> nodes;
    if (wants_xen(settings)) nodes.emplace(executor, uuid);
    const auto engine = make_engine(settings, uuid, *clock, nodes);
    if (!settings.adopt && has_complete_domain(*engine)) return domain_exists;

    Fanout news;
    std::optional<StateNews> state;
    if (nodes) news.add(state.emplace(nodes->store(), uuid));
    Monitor monitor{executor, uuid, *engine, news};
    if (config.file()) monitor.restart_with([&config] { return config.renewed(); });
    Interfaces interfaces;
    const CommandContext commands{monitor, config, [&] {
                                      if (interfaces.socket) interfaces.socket->take_no_more();
                                      boost::asio::post(loop, [&] { wind_up(monitor, loop); });
                                  }};
    const Signals signals{executor, commands};
    open_interfaces(interfaces, settings, config.notify(), {loop, run_dir, uuid, commands, news});

    monitor.adopt();
    if (!ready.report(ended)) return failed;
    log::info("ready");
    news.on_news(connect::notify_started, "ping", monitor.facts());
    run_startup(executor, monitor, config);
    run_thriftily(loop, quiet_time);
    news.on_news(connect::notify_hup, "hup", monitor.facts());
    loop.restart();
    loop.poll();    // what subscribers take at once, they get
    run_dir.remove(uuid);
    return ended;
}

// `reports`: of a starter that waits for this process already, or empty.
int run(StringList words, Fd reports) {
    int exit_code = ended;
    const auto settings = read_settings(std::move(words), exit_code);
    if (!settings) return exit_code;
    start_log(*settings);
    Readiness ready;
    try {
        FileConfig config{settings->config_path, settings->strict_config};
        const Uuid uuid = uuid_of(*settings, config);
        config.set_uuid(uuid);
        prepare_run_dir(settings->run_dir);
        if (settings->daemonize) ready = reports ? become_daemon(std::move(reports)) : daemonize();
        name_log(*settings, uuid);
        if (config.file()) add_debug_file(*config.file(), uuid);
        exit_code = serve(*settings, config, uuid, ready);
        if (exit_code != ended) log::error("not started code={}", exit_code);
    } catch (const Failure& failure) {
        log::error("{}", failure.what());
        exit_code = code_of(failure);
    } catch (const std::exception& error) {
        log::error("{}", error.what());
        exit_code = failed;
    }
    if (exit_code != ended) ready.report(exit_code);
    return exit_code;
}

}    // namespace

int main(int argc, char** argv) {
    const std::span all{argv, static_cast<std::size_t>(argc)};
    if (argc < 2 || argv[1] != connect::launcher_option) return run({all.begin() + 1, all.end()}, Fd{});
    auto launch = launch_monitors();
    if (!launch) return ended;
    show_as_command_line(all, launch->arguments);
    return run(std::move(launch->arguments), std::move(launch->report));
}
