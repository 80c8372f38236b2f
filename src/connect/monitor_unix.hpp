#pragma once
// Monitors over their unix sockets (<directory>/vm-<uuid>). One connection per call, one more per attached monitor,
// no thread and no timer while nothing is asked.

#include "connect/monitor.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <filesystem>
#include <memory>

namespace xm::connect {

struct UnixMonitorsSettings {
    std::filesystem::path directory = "/run/xenvm";    // handed to the monitors as XENVM_SOCKET_DIR
    std::filesystem::path program = "/usr/bin/xenvm";
    StringList options;       // further command-line options of each monitor
    bool launcher = false;    // monitors are forks of one process that has the program loaded
};

class UnixMonitors final : public Monitors {
public:
    UnixMonitors(boost::asio::any_io_executor executor, UnixMonitorsSettings settings);
    ~UnixMonitors() override;

    void listen(MonitorEvents& events) override;
    boost::asio::awaitable<std::vector<Uuid>> running() override;
    boost::asio::awaitable<model::MonitorFacts> launch(Uuid uuid, bool adopt,
                                                       std::chrono::milliseconds deadline) override;
    boost::asio::awaitable<model::MonitorFacts> attach(Uuid uuid, std::chrono::milliseconds deadline) override;
    boost::asio::awaitable<std::string> call(Uuid uuid, std::string command, StringMap params,
                                             std::chrono::milliseconds deadline) override;
    void kill(Uuid uuid) override;
    void forget(Uuid uuid) override;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}    // namespace xm::connect
