#pragma once
// The command interface on a unix socket. Each connection carries one request and its reply; after `subscribe` it
// stays open and carries notifications. A subscriber that does not read is dropped before it costs memory.

#include "base/fd.hpp"
#include "xenvm/command_table.hpp"
#include "xenvm/monitor.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <filesystem>
#include <memory>

namespace xm::xenvm {

// A socket that accepts connections: what was there under this name is removed first, mode 0600.
// Only for the holder of the machine's lock.
Fd listen_on(const std::filesystem::path& socket);

class CommandSocket final : public NewsSink {
public:
    CommandSocket(boost::asio::any_io_executor executor, Fd listening, CommandContext context);
    ~CommandSocket() override;

    void on_news(int code, const std::string& message, const model::MonitorFacts& facts) override;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}    // namespace xm::xenvm
