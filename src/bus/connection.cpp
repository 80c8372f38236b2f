#include "bus/connection.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "bus/native.hpp"
#include "gen/errors.hpp"

#include <poll.h>
#include <sdbus-c++/sdbus-c++.h>
#include <systemd/sd-bus.h>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <utility>

namespace xm::bus {
namespace asio = boost::asio;
namespace {

constexpr int messages_per_turn = 32;    // then timers and sockets get their chance

std::unique_ptr<sdbus::IConnection> open(Kind kind) try {
    return kind == Kind::system ? sdbus::createSystemBusConnection() : sdbus::createSessionBusConnection();
} catch (const sdbus::Error& e) {
    fail(errors::bus_unavailable, "", "cannot connect to the {} bus: {}", kind == Kind::system ? "system" : "session",
         e.getMessage());
}

std::unique_ptr<sdbus::IConnection> open(const std::string& address) try {
    return sdbus::createSessionBusConnectionWithAddress(address);
} catch (const sdbus::Error& e) {
    fail(errors::bus_unavailable, address, "cannot connect: {}", e.getMessage());
}

}    // namespace

// sd-bus tells which events and which timeout it waits for; both are asked again after everything it does.
struct Connection::State {
    State(asio::io_context& context, std::unique_ptr<sdbus::IConnection> opened, std::function<void()> handler)
        : loop{context},
          proxies{std::move(opened)},
          native{native_handle(*proxies)},
          socket{context},
          timer{context},
          on_lost{std::move(handler)} {
        socket.assign(sd_bus_get_fd(native));
        arm();
    }
    ~State() { socket.release(); }    // the descriptor belongs to sd-bus

    void arm() {
        const int events = sd_bus_get_events(native);
        if (events < 0) return lost(events);
        if ((events & POLLIN) != 0) wait(asio::posix::descriptor_base::wait_read, reading);
        if ((events & POLLOUT) != 0) wait(asio::posix::descriptor_base::wait_write, writing);
        arm_timer();
    }

    void wait(asio::posix::descriptor_base::wait_type type, bool& armed) {
        if (armed) return;
        armed = true;
        socket.async_wait(type, [this, &armed, guard = std::weak_ptr{alive}](const boost::system::error_code& error) {
            if (error || guard.expired()) return;
            armed = false;
            process();
        });
    }

    void arm_timer() {
        std::uint64_t deadline_us = 0;    // CLOCK_MONOTONIC, which is what steady_clock reads here
        if (sd_bus_get_timeout(native, &deadline_us) < 0) deadline_us = std::numeric_limits<std::uint64_t>::max();
        if (deadline_us == armed_deadline_us) return;
        armed_deadline_us = deadline_us;
        if (deadline_us == std::numeric_limits<std::uint64_t>::max()) {
            timer.cancel();
            return;
        }
        timer.expires_at(std::chrono::steady_clock::time_point{std::chrono::microseconds{deadline_us}});
        timer.async_wait([this, guard = std::weak_ptr{alive}](const boost::system::error_code& error) {
            if (error || guard.expired()) return;
            armed_deadline_us = 0;
            process();
        });
    }

    void process() {
        if (disconnected) return;
        for (int i = 0; i < messages_per_turn; ++i) {
            const int result = sd_bus_process(native, nullptr);
            if (result < 0) return lost(result);
            if (result == 0) return arm();
        }
        again();
    }

    void again() {
        if (queued || disconnected) return;
        queued = true;
        asio::post(loop, [this, guard = std::weak_ptr{alive}] {
            if (guard.expired()) return;
            queued = false;
            process();
        });
    }

    void lost(int error) {
        if (std::exchange(disconnected, true)) return;
        log::error("bus connection lost error={}", std::strerror(-error));
        if (!on_lost) return loop.stop();
        asio::post(loop, [this, guard = std::weak_ptr{alive}] {
            if (!guard.expired()) on_lost();
        });
    }

    asio::io_context& loop;
    std::unique_ptr<sdbus::IConnection> proxies;
    sd_bus* native;
    asio::posix::stream_descriptor socket;
    asio::steady_timer timer;
    std::function<void()> on_lost;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);    // what waits in the loop may outlive this
    std::uint64_t armed_deadline_us = std::numeric_limits<std::uint64_t>::max();
    bool reading = false;
    bool writing = false;
    bool queued = false;
    bool disconnected = false;
};

Connection::Connection(asio::io_context& loop, Kind kind)
    : state_{std::make_unique<State>(loop, open(kind), nullptr)} {}
Connection::Connection(asio::io_context& loop, const std::string& address, std::function<void()> on_lost)
    : state_{std::make_unique<State>(loop, open(address), std::move(on_lost))} {}
Connection::~Connection() = default;

void Connection::own_name(const std::string& name) {
    const int result = sd_bus_request_name(state_->native, name.c_str(), 0);
    if (result < 0) fail(errors::name_not_owned, name, "the bus refused the name: {}", std::strerror(-result));
    state_->again();
}

std::string Connection::unique_name() const {
    const char* name = nullptr;
    return sd_bus_get_unique_name(state_->native, &name) < 0 ? "" : name;
}

asio::io_context& Connection::loop() const { return state_->loop; }
sd_bus* Connection::native() const { return state_->native; }
sdbus::IConnection& Connection::proxies() const { return *state_->proxies; }
bool Connection::lost() const { return state_->disconnected; }
void Connection::take_in() {
    while (!lost() && sd_bus_process(state_->native, nullptr) > 0) {
    }
    flush();
}
void Connection::flush() { state_->again(); }

}    // namespace xm::bus
