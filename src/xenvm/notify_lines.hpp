#pragma once
// Notifications as lines "<uuid>:<code>:<message>" to a unix socket or a TCP port that somebody listens on: the targets
// of the configuration's key notify. Connects when there is something to say, and again after the listener went away;
// what cannot be delivered is dropped, the machine does not wait for it. TCP goes out as it is: meant for the host
// itself.

#include "base/uuid.hpp"
#include "xenvm/config_file.hpp"
#include "xenvm/monitor.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace xm::xenvm {

class NotifyLines final : public NewsSink {
public:
    // target: not the bus. Fails with errors::bad_config if its address is none.
    NotifyLines(const boost::asio::any_io_executor& executor, const NotifyTarget& target, const Uuid& uuid);
    ~NotifyLines() override;

    void on_news(int code, const std::string& message, const model::MonitorFacts& facts) override;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}    // namespace xm::xenvm
