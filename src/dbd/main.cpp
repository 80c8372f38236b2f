// dbd: the configuration database.

#include "base/failure.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "bus/service.hpp"
#include "connect/callers_bus.hpp"
#include "dbd/dbd_bus.hpp"
#include "dbd/identity_bus.hpp"
#include "dbd/lock.hpp"
#include "dbd/offline.hpp"
#include "dbd/process.hpp"
#include "dbd/settings.hpp"
#include "dbd/signals.hpp"
#include "gen/errors.hpp"

#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace {

using namespace xm;
using namespace xm::dbd;

enum ExitCode : int { ended = 0, failed = 1, in_use = 3, damaged = 4 };

constexpr char bus_name[] = "com.citrix.xenclient.db";

void announce(bus::Connection& connection, const std::vector<std::string>& paths) {
    for (const std::string& path : paths)
        log::debug("changed path={}", text::escaped(path));
    gen::db_store::emit_changed(connection, "/", paths);
}

ExitCode serve(const Settings& settings) {
    const Lock lock{settings.database};
    boost::asio::io_context loop{1};
    bus::Connection connection{loop};
    Commits commits{loop.get_executor(), Store{settings.database},
                    [&](const auto& paths) { announce(connection, paths); }};
    connect::store::Store xenstore{loop.get_executor()};
    connect::BusCallers callers{connection, xenstore};
    BusIdentity identity{callers};
    Database database{commits, identity};
    DbdBus face{database};
    bus::Service service{connection};
    service.serve(face);
    const Signals signals{loop, commits};
    connection.own_name(bus_name);
    if (!settings.pidfile.empty()) files::replace(settings.pidfile, std::to_string(::getpid()) + '\n');
    log::info("serves {} nodes of {}", commits.committed().root().count(), settings.database.string());
    sd_notify(0, "READY=1");
    loop.run();
    return connection.lost() ? failed : ended;
}

ExitCode code_of(const Failure& failure) {
    if (failure.info().symbol == errors::database_in_use.symbol) return in_use;
    return failure.info().symbol == errors::database_damaged.symbol ? damaged : failed;
}

}    // namespace

int main(int argc, char** argv) {
    int exit_code = ended;
    const auto settings = read_settings(argc, argv, exit_code);
    if (!settings) return exit_code;
    log::start({.ident = "dbd", .debug = settings->debug});
    prepare_process();
    try {
        return run_offline(*settings) ? ended : serve(*settings);
    } catch (const Failure& failure) {
        log::error("{}", failure.what());
        if (code_of(failure) == damaged)
            log::error("to keep what can be read: dbd --database {} --recover", settings->database.string());
        return code_of(failure);
    } catch (const std::exception& error) {
        log::error("{}", error.what());
        return failed;
    }
}
