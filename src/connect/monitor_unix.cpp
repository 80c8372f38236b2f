#include "connect/monitor_unix.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "connect/guest_json.hpp"
#include "connect/monitor_errors.hpp"
#include "connect/monitor_launcher.hpp"
#include "connect/monitor_process.hpp"
#include "connect/monitor_run_dir.hpp"
#include "connect/monitor_socket.hpp"
#include "connect/monitor_stream.hpp"
#include "connect/monitor_wire.hpp"
#include "connect/wake_list.hpp"
#include "gen/errors.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <map>

namespace xm::connect {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

milliseconds until(Clock::time_point end) {
    return std::max(std::chrono::ceil<milliseconds>(end - Clock::now()), milliseconds{0});
}

// A subscription to one monitor. `delivered` lets a call wait until the events that it caused have been handed on.
struct Attachment {
    Uuid uuid;
    MonitorStream stream;
    Fd process;
    std::int64_t delivered = 0;
    bool lost = false;
    WakeList news;
};

asio::awaitable<void> wait_for_events(std::shared_ptr<Attachment> attachment, std::int64_t number,
                                      Clock::time_point end) {
    while (attachment->delivered < number && !attachment->lost && Clock::now() < end)
        co_await attachment->news.wait(end);
}

}    // namespace

struct UnixMonitors::State : std::enable_shared_from_this<State> {
    State(asio::any_io_executor on, UnixMonitorsSettings given)
        : executor{std::move(on)}, settings{std::move(given)}, run_dir{settings.directory} {}

    asio::any_io_executor executor;
    UnixMonitorsSettings settings;
    MonitorRunDir run_dir;
    MonitorEvents* events = nullptr;
    std::map<Uuid, std::shared_ptr<Attachment>> attached;
    MonitorLauncher launcher;

    MonitorStream open(const Uuid& uuid) const {
        Fd socket = connect_to_monitor(run_dir.socket(uuid));
        if (!socket)
            fail(errors::monitor_unreachable, uuid.text(), "nobody listens on {}", run_dir.socket(uuid).string());
        return MonitorStream{executor, std::move(socket), uuid.text()};
    }

    std::shared_ptr<Attachment> find(const Uuid& uuid) const {
        const auto found = attached.find(uuid);
        return found == attached.end() ? nullptr : found->second;
    }

    // No event of this attachment reaches anyone afterwards.
    void drop(const Uuid& uuid) {
        const auto attachment = find(uuid);
        if (!attachment) return;
        attached.erase(uuid);
        attachment->lost = true;
        attachment->stream.close();
        attachment->news.wake();
    }

    bool is_current(const std::shared_ptr<Attachment>& attachment) const {
        return find(attachment->uuid) == attachment;
    }

    asio::awaitable<void> listen(std::shared_ptr<Attachment> attachment);
    void deliver(const std::shared_ptr<Attachment>& attachment, const std::string& untrusted_body);
};

namespace {

asio::awaitable<wire::Reply> ask(MonitorStream& stream, const Uuid& uuid, const wire::Request& request) {
    co_await stream.write(wire::to_text(request));
    const auto body = co_await stream.read();
    if (!body) fail(errors::monitor_unreachable, uuid.text(), "it ended before it answered {}", request.method);
    wire::Reply reply = wire::parse_reply(*body);
    if (reply.error) throw_monitor_error(uuid.text(), reply.error->message);
    co_return reply;
}

}    // namespace

void UnixMonitors::State::deliver(const std::shared_ptr<Attachment>& attachment, const std::string& untrusted_body) {
    const wire::Notification notification = wire::parse_notification(untrusted_body);
    const model::MonitorFacts facts = monitor_facts_from_json(notification.facts);
    if (events) events->on_facts(attachment->uuid, facts);
    if (events && is_current(attachment) && !notification.message.empty())
        events->on_notify(attachment->uuid, notification.code, notification.message);
    attachment->delivered = std::max(attachment->delivered, notification.number);
    attachment->news.wake();
}

asio::awaitable<void> UnixMonitors::State::listen(std::shared_ptr<Attachment> attachment) {
    const auto self = shared_from_this();
    try {
        while (const auto body = co_await attachment->stream.read()) {
            if (!is_current(attachment)) co_return;
            deliver(attachment, *body);
        }
    } catch (const Failure& failure) {
        if (is_current(attachment))
            log::warn("monitor connection ended vm={} cause={}", attachment->uuid.text(), failure.what());
    }
    if (!is_current(attachment)) co_return;
    drop(attachment->uuid);
    if (events) events->on_monitor_lost(attachment->uuid);
}

UnixMonitors::UnixMonitors(asio::any_io_executor executor, UnixMonitorsSettings settings)
    : state_{std::make_shared<State>(std::move(executor), std::move(settings))} {}

UnixMonitors::~UnixMonitors() {
    state_->events = nullptr;
    while (!state_->attached.empty())
        state_->drop(state_->attached.begin()->first);
}

void UnixMonitors::listen(MonitorEvents& events) { state_->events = &events; }

asio::awaitable<std::vector<Uuid>> UnixMonitors::running() { co_return state_->run_dir.sockets(); }

asio::awaitable<model::MonitorFacts> UnixMonitors::launch(Uuid uuid, bool adopt, milliseconds deadline) {
    const auto state = state_;
    const auto end = Clock::now() + deadline;
    MonitorCommand command{.program = state->settings.program,
                           .arguments = {"--uuid", uuid.text(), "--monitor-dbus", "false", "--monitor-json", "true"},
                           .socket_directory = state->settings.directory};
    if (adopt) command.arguments.emplace_back("--adopt");
    const StringList& options = state->settings.options;
    command.arguments.insert(command.arguments.end(), options.begin(), options.end());
    if (state->settings.launcher)
        co_await state->launcher.run(uuid, std::move(command), deadline);
    else
        co_await run_monitor(uuid, std::move(command), deadline);
    co_return co_await attach(uuid, until(end));
}

asio::awaitable<model::MonitorFacts> UnixMonitors::attach(Uuid uuid, milliseconds deadline) {
    const auto state = state_;
    MonitorStream stream = state->open(uuid);
    stream.set_deadline(deadline);
    const wire::Request request{.method = "subscribe",
                                .params = {}};    // named: GCC 12 copies temporaries bytewise here
    const wire::Reply reply = co_await ask(stream, uuid, request);
    const model::MonitorFacts facts = monitor_facts_from_json(reply.result.value_or(""));
    stream.clear_deadline();

    state->drop(uuid);
    Fd process = peer_process(stream.native());
    const auto attachment = std::make_shared<Attachment>(Attachment{.uuid = uuid,
                                                                    .stream = std::move(stream),
                                                                    .process = std::move(process),
                                                                    .delivered = reply.events,
                                                                    .news = {}});
    state->attached[uuid] = attachment;
    asio::co_spawn(state->executor, state->listen(attachment), asio::detached);
    co_return facts;
}

asio::awaitable<std::string> UnixMonitors::call(Uuid uuid, std::string command, StringMap params,
                                                milliseconds deadline) {
    const auto state = state_;
    const auto end = Clock::now() + deadline;
    MonitorStream stream = state->open(uuid);
    stream.set_deadline(deadline);
    const wire::Request request{.method = std::move(command), .params = std::move(params)};
    const wire::Reply reply = co_await ask(stream, uuid, request);
    if (const auto attachment = state->find(uuid)) co_await wait_for_events(attachment, reply.events, end);
    co_return reply.result.value_or("");
}

void UnixMonitors::kill(Uuid uuid) {
    if (const auto attachment = state_->find(uuid)) return kill_process(attachment->process);
    if (const Fd socket = connect_to_monitor(state_->run_dir.socket(uuid))) kill_process(peer_process(socket.get()));
}

void UnixMonitors::forget(Uuid uuid) { state_->drop(uuid); }

}    // namespace xm::connect
