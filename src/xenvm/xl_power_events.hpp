#pragma once
// What QEMU, as the device model of an HVM domain, tells about the guest's sleep. Stock QEMU writes no store node; it
// has a monitor of its own for us beside the one of libxl, and says there: the guest fell asleep, it woke.

#include <boost/asio/any_io_executor.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xenvm {

// Arguments that make QEMU listen at `socket`.
std::vector<std::string> power_events_arguments(const std::filesystem::path& socket);

// The S-state that a line of QEMU's monitor tells of: 0, 3, or 4 before the domain dies. Nothing: it tells something
// else.
std::optional<int> power_state_in(std::string_view line);

// `on_power` is called from the loop. What happened before `on_ready` is not told: look yourself then. Neither is
// called if nobody listens at the socket, nor after the destructor.
class PowerEvents {
public:
    PowerEvents(boost::asio::any_io_executor executor, const std::filesystem::path& socket,
                std::function<void(int s_state)> on_power, std::function<void()> on_ready);
    ~PowerEvents();
    PowerEvents(const PowerEvents&) = delete;
    PowerEvents& operator=(const PowerEvents&) = delete;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}    // namespace xm::xenvm
