#include "xenvm/xl_device_model.hpp"

#include "base/fd.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "base/pidfd.hpp"
#include "base/text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <system_error>
#include <utility>

namespace xm::xenvm {

namespace asio = boost::asio;

struct DeviceModelWatch::State {
    State(const asio::any_io_executor& executor, std::function<void()> heard)
        : process{executor}, on_end{std::move(heard)} {}

    asio::posix::stream_descriptor process;    // a handle of the process
    std::function<void()> on_end;              // empty: nobody wants to hear any more
};

namespace {

// The id may have been given to another process since it was written.
bool serves(pid_t pid, int domid) try {
    const std::string arguments = files::read("/proc/" + std::to_string(pid) + "/cmdline");
    const std::string option{"-xen-domid"};
    return arguments.find(option + '\0' + std::to_string(domid) + '\0') != std::string::npos;
} catch (const std::system_error&) {
    return false;
}

asio::awaitable<std::optional<pid_t>> pid_of(connect::store::Store& store, int domid) try {
    const auto text = co_await store.read("/local/domain/" + std::to_string(domid) + "/image/device-model-pid");
    co_return text ? text::parse_number<pid_t>(*text) : std::nullopt;
} catch (const std::exception& failure) {
    log::warn("device model not watched domid={} cause={}", domid, failure.what());
    co_return std::nullopt;
}

template <class StatePointer>
asio::awaitable<void> watch(connect::store::Store& store, int domid, StatePointer state) {
    const auto pid = co_await pid_of(store, domid);
    if (!pid) co_return;
    Fd handle{::pidfd_open(*pid, 0)};
    if (handle && serves(*pid, domid)) {
        state->process.assign(handle.release());
        boost::system::error_code error;
        co_await state->process.async_wait(asio::posix::stream_descriptor::wait_read,
                                           asio::redirect_error(asio::use_awaitable, error));
    }
    if (const auto on_end = std::exchange(state->on_end, nullptr)) on_end();    // it may end this watch
}

}    // namespace

DeviceModelWatch::DeviceModelWatch(connect::store::Store& store, int domid, std::function<void()> on_end)
    : state_{std::make_shared<State>(store.executor(), std::move(on_end))} {
    asio::co_spawn(store.executor(), watch(store, domid, state_), asio::detached);
}

DeviceModelWatch::~DeviceModelWatch() {
    state_->on_end = nullptr;
    boost::system::error_code ignored;
    state_->process.close(ignored);
}

}    // namespace xm::xenvm
