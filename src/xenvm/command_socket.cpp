#include "xenvm/command_socket.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "connect/guest_json.hpp"
#include "connect/monitor_errors.hpp"
#include "connect/monitor_stream.hpp"
#include "connect/monitor_wire.hpp"
#include "gen/errors.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <set>

namespace xm::xenvm {

namespace asio = boost::asio;
namespace wire = connect::wire;
using connect::MonitorStream;
using ErrorCode = boost::system::error_code;

namespace {

constexpr std::chrono::seconds talk_limit{10};                 // to send a request, or to take a reply
constexpr std::size_t backlog_limit = std::size_t{1} << 20;    // bytes that a subscriber may leave unread

struct Subscriber {
    explicit Subscriber(MonitorStream connected) : stream{std::move(connected)} {}

    MonitorStream stream;
    std::deque<std::string> unsent;
    std::size_t unsent_bytes = 0;
    bool writing = false;
};

}    // namespace

struct CommandSocket::State : std::enable_shared_from_this<State> {
    State(asio::any_io_executor on, Fd listening, CommandContext commands_context)
        : executor{std::move(on)}, acceptor{executor}, context{std::move(commands_context)} {
        acceptor.assign({}, listening.get());
        listening.release();
    }

    asio::awaitable<void> accept();
    asio::awaitable<void> serve(MonitorStream stream);
    asio::awaitable<wire::Reply> answer(wire::Request request);
    asio::awaitable<void> subscribe(MonitorStream stream, std::int64_t id);
    void push(const std::shared_ptr<Subscriber>& subscriber, const std::string& text);
    asio::awaitable<void> drain(std::shared_ptr<Subscriber> subscriber);

    asio::any_io_executor executor;
    asio::local::stream_protocol::acceptor acceptor;
    CommandContext context;
    std::set<std::shared_ptr<Subscriber>> subscribers;
    std::int64_t events = 0;
    bool takes_more = true;
};

asio::awaitable<void> CommandSocket::State::accept() {
    const auto self = shared_from_this();
    while (acceptor.is_open()) {
        ErrorCode error;
        co_await acceptor.async_wait(acceptor.wait_read, asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return;
        // Asio's own accepting would hand it to what libxl starts, and then our end is not its end.
        Fd socket{::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
        if (!socket && (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)) continue;
        if (!socket) {
            log::error("accept failed cause={}", std::strerror(errno));    // out of descriptors: not at once again
            asio::steady_timer later{executor, talk_limit / 10};
            co_await later.async_wait(asio::redirect_error(asio::use_awaitable, error));
            continue;
        }
        asio::co_spawn(executor, serve(MonitorStream{executor, std::move(socket), "caller"}), asio::detached);
    }
}

asio::awaitable<void> CommandSocket::State::serve(MonitorStream stream) try {
    const auto self = shared_from_this();
    stream.set_deadline(talk_limit);
    const auto body = co_await stream.read();
    if (!body || !takes_more) co_return;
    wire::Reply reply;
    try {
        wire::Request request = wire::parse_request(*body);
        if (request.method == "subscribe") {
            co_await subscribe(std::move(stream), request.id);
            co_return;
        }
        stream.clear_deadline();
        reply = co_await answer(std::move(request));
    } catch (const Failure& failure) {
        reply.error = wire::Error{.code = -32600, .message = connect::monitor_message(failure)};
    }
    reply.events = events;
    stream.set_deadline(talk_limit);
    co_await stream.write(wire::to_text(reply));
} catch (const Failure& failure) {
    log::debug("a caller's connection ended cause={}", failure.what());
}

asio::awaitable<wire::Reply> CommandSocket::State::answer(wire::Request request) {
    wire::Reply reply{.id = request.id, .result = {}, .error = {}};
    try {
        reply.result = co_await run_command(context, request.method, std::move(request.params));
    } catch (const Failure& failure) {
        const int code = failure.info().symbol == errors::unknown_method.symbol ? -32601 : -32000;
        reply.error = wire::Error{.code = code, .message = connect::monitor_message(failure)};
        log::warn("command={} failed cause={}", text::escaped(request.method, 40), failure.what());
    } catch (const std::exception& error) {
        reply.error = wire::Error{.code = -32000, .message = std::string{"exception:"} + error.what()};
        log::error("command={} failed cause={}", text::escaped(request.method, 40), error.what());
    }
    co_return reply;
}

asio::awaitable<void> CommandSocket::State::subscribe(MonitorStream stream, std::int64_t id) {
    stream.clear_deadline();
    const auto subscriber = std::make_shared<Subscriber>(std::move(stream));
    const wire::Reply reply{
        .id = id, .result = connect::to_json(context.monitor.facts()), .error = {}, .events = events};
    subscribers.insert(subscriber);
    push(subscriber, wire::to_text(reply));
    try {
        while (co_await subscriber->stream.read()) {    // nothing is expected; its end is what we wait for
        }
    } catch (const Failure& failure) {
        log::debug("subscriber ended: {}", failure.what());
    }
    subscribers.erase(subscriber);
}

void CommandSocket::State::push(const std::shared_ptr<Subscriber>& subscriber, const std::string& text) {
    subscriber->unsent.push_back(text);
    subscriber->unsent_bytes += text.size();
    if (subscriber->unsent_bytes > backlog_limit) {
        log::warn("dropped a subscriber that does not read unsent={}", subscriber->unsent_bytes);
        subscriber->stream.close();
    } else if (!subscriber->writing) {
        subscriber->writing = true;
        asio::co_spawn(executor, drain(subscriber), asio::detached);
    }
}

asio::awaitable<void> CommandSocket::State::drain(std::shared_ptr<Subscriber> subscriber) try {
    while (!subscriber->unsent.empty()) {
        std::string text = std::move(subscriber->unsent.front());
        subscriber->unsent.pop_front();
        subscriber->unsent_bytes -= text.size();
        co_await subscriber->stream.write(std::move(text));
    }
    subscriber->writing = false;
} catch (const Failure&) {
    subscriber->stream.close();    // its reader then forgets it
}

CommandSocket::CommandSocket(asio::any_io_executor executor, Fd listening, CommandContext context)
    : state_{std::make_shared<State>(std::move(executor), std::move(listening), std::move(context))} {
    asio::co_spawn(state_->executor, state_->accept(), asio::detached);
}

CommandSocket::~CommandSocket() {
    ErrorCode ignored;
    state_->acceptor.close(ignored);
    for (const auto& subscriber : state_->subscribers)
        subscriber->stream.close();
}

void CommandSocket::take_no_more() { state_->takes_more = false; }

void CommandSocket::on_news(int code, const std::string& message, const model::MonitorFacts& facts) {
    ++state_->events;
    if (state_->subscribers.empty()) return;
    const std::string text = wire::to_text(wire::Notification{
        .code = code, .message = message, .facts = connect::to_json(facts), .number = state_->events});
    for (const auto& subscriber : state_->subscribers)
        state_->push(subscriber, text);
}

}    // namespace xm::xenvm
