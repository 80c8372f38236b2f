#pragma once
// The command interface on a unix socket. Each connection carries one request and its reply; after `subscribe` it
// stays open and carries notifications. A subscriber that does not read is dropped before it costs memory.

#include "base/fd.hpp"
#include "xenvm/command_table.hpp"
#include "xenvm/monitor.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace xm::xenvm {

class CommandSocket final : public NewsSink {
public:
    // listening: from connect::listen_on.
    CommandSocket(boost::asio::any_io_executor executor, Fd listening, CommandContext context);
    ~CommandSocket() override;

    // Whoever comes from now on, until the end of the process, gets no answer: what one of them was told would not be
    // so for long.
    void take_no_more();

    void on_news(int code, const std::string& message, const model::MonitorFacts& facts) override;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}    // namespace xm::xenvm
