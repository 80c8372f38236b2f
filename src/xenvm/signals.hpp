#pragma once
// SIGHUP reads the configuration again (for the next start), SIGINT and SIGTERM end the monitor and leave the domain.

#include "xenvm/command_table.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace xm::xenvm {

class Signals {
public:
    Signals(const boost::asio::any_io_executor& executor, CommandContext context);
    ~Signals();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}    // namespace xm::xenvm
