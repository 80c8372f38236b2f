#pragma once
// One connection of the monitor protocol: whole frames in and out of a connected unix socket, with a deadline for all
// of it. Used by both ends. One reader and one writer at a time. After the deadline, or close(), whatever is in
// progress fails.

#include "base/fd.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace xm::connect {

class MonitorStream {
public:
    // subject: whom the other end is, for error texts.
    MonitorStream(boost::asio::any_io_executor executor, Fd connected_socket, std::string subject);
    ~MonitorStream();    // closes
    MonitorStream(MonitorStream&&) noexcept = default;
    MonitorStream& operator=(MonitorStream&&) = delete;

    // Counts from now and replaces an earlier deadline.
    void set_deadline(std::chrono::milliseconds from_now);
    void clear_deadline();

    // nullopt: the other side closed in good order, between frames. Failures: errors::monitor_timeout at the deadline,
    // errors::monitor_unreachable when the connection breaks, errors::bad_json for a frame that is not within limits.
    boost::asio::awaitable<std::optional<std::string>> read();
    boost::asio::awaitable<void> write(std::string body);

    void close();
    int native() const;    // for SO_PEERCRED

private:
    struct State;
    std::shared_ptr<State> state_;
};

}    // namespace xm::connect
