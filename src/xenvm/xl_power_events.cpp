#include "xenvm/xl_power_events.hpp"

#include "base/fd.hpp"
#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <nlohmann/json.hpp>

#include <utility>

namespace xm::xenvm {

namespace asio = boost::asio;
using Socket = asio::local::stream_protocol::socket;

struct PowerEvents::State {
    State(const asio::any_io_executor& executor, std::function<void(int)> power, std::function<void()> ready)
        : socket{executor}, on_power{std::move(power)}, on_ready{std::move(ready)} {}

    Socket socket;
    std::function<void(int)> on_power;
    std::function<void()> on_ready;
};

namespace {

constexpr std::size_t longest_line = 64 * 1024;
constexpr std::string_view greeting = R"({"execute":"qmp_capabilities"})"
                                      "\n";

// The first line greets, the second takes our greeting; events follow.
template <class StatePointer>
asio::awaitable<void> hear(StatePointer state, std::string path) try {
    state->socket.open();
    keep_from_children(state->socket.native_handle());
    co_await state->socket.async_connect(path, asio::use_awaitable);
    co_await asio::async_write(state->socket, asio::buffer(greeting), asio::use_awaitable);
    std::string pending;
    for (int number = 1; state->socket.is_open(); ++number) {
        const std::size_t size = co_await asio::async_read_until(
            state->socket, asio::dynamic_buffer(pending, longest_line), '\n', asio::use_awaitable);
        const std::string line = pending.substr(0, size);
        pending.erase(0, size);
        const auto on_ready = number == 2 ? state->on_ready : nullptr;
        const auto on_power = state->on_power;    // copies: either may end this
        const auto s_state = power_state_in(line);
        if (on_ready) on_ready();
        if (s_state && on_power) on_power(*s_state);
    }
} catch (const boost::system::system_error& end) {
    if (state->on_power) log::info("no more news of the guest's sleep cause={}", end.what());
}

std::string doubled_commas(const std::string& text) {    // as QEMU's options want them
    std::string result;
    for (const char c : text)
        result.append(c == ',' ? 2 : 1, c);
    return result;
}

}    // namespace

std::vector<std::string> power_events_arguments(const std::filesystem::path& socket) {
    const std::string path = doubled_commas(socket.string());
    return {"-chardev", "socket,id=xenvm,server=on,wait=off,path=" + path, "-mon", "chardev=xenvm,mode=control"};
}

std::optional<int> power_state_in(std::string_view line) {
    const auto message = nlohmann::json::parse(line, nullptr, false);
    if (!message.is_object()) return std::nullopt;
    const auto event = message.find("event");
    if (event == message.end()) return std::nullopt;
    if (*event == "SUSPEND") return 3;
    if (*event == "SUSPEND_DISK") return 4;
    if (*event == "WAKEUP") return 0;
    return std::nullopt;
}

PowerEvents::PowerEvents(asio::any_io_executor executor, const std::filesystem::path& socket,
                         std::function<void(int)> on_power, std::function<void()> on_ready)
    : state_{std::make_shared<State>(executor, std::move(on_power), std::move(on_ready))} {
    asio::co_spawn(executor, hear(state_, socket.string()), asio::detached);
}

PowerEvents::~PowerEvents() {
    state_->on_power = nullptr;
    state_->on_ready = nullptr;
    boost::system::error_code ignored;
    state_->socket.close(ignored);
}

}    // namespace xm::xenvm
