#pragma once
// Keeps one launcher (monitor_launch.hpp) and lets it start monitors. A launcher that has gone, does not answer in time
// or is older than the program's file is replaced; a monitor that no launcher can start is started by run_monitor().

#include "base/fd.hpp"
#include "connect/monitor_process.hpp"

#include <filesystem>
#include <memory>

namespace xm::connect {

class MonitorLauncher {
public:
    MonitorLauncher();
    ~MonitorLauncher();    // the launcher ends, its monitors do not

    // As run_monitor(), for commands that agree in program and socket directory. This object outlives it.
    boost::asio::awaitable<void> run(Uuid uuid, MonitorCommand command, std::chrono::milliseconds deadline);

private:
    struct Process;
    Fd ask(const MonitorCommand& command);    // the end to read the exit code from; empty: nobody took it

    std::unique_ptr<Process> process_;
};

}    // namespace xm::connect
