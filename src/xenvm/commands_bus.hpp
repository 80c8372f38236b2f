#pragma once
// The command interface on D-Bus, for tools of old: service and interface org.xen.vm.uuid_<uuid>, object "/", one
// method for each row of the command table (underscores for hyphens) with one argument a{ss}; the result is nothing or
// one string. Notifications are the signal xenvm.signal.notify.notify of /org/xen/vm/<uuid>.

#include "xenvm/command_table.hpp"
#include "xenvm/monitor.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace xm::xenvm {

class CommandBus final : public NewsSink {
public:
    // Connects and takes the name; fails if there is no bus or another monitor has the name.
    CommandBus(boost::asio::io_context& loop, bool session_bus, const Uuid& uuid, CommandContext context);
    ~CommandBus() override;

    void on_news(int code, const std::string& message, const model::MonitorFacts& facts) override;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}    // namespace xm::xenvm
