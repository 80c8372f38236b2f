#pragma once
// Calling others: what generated clients are made of, and what tools use for interfaces known only at run time.
// Calls go through an sdbus-c++ proxy on our own connection; arguments and answers use the same Writer, Reader and
// types as the serving side. Nothing blocks: a call is a coroutine that resumes on the connection's loop.

#include "base/failure.hpp"
#include "bus/connection.hpp"
#include "bus/message.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

namespace sdbus {
class IProxy;
class MethodCall;
}    // namespace sdbus

namespace xm::bus {

using Deadline = std::chrono::milliseconds;    // how long to wait for the answer
inline constexpr Deadline usual_deadline{25'000};

struct Member {
    const char* interface;
    const char* name;
};

// What a call ends with when the other side, or the bus, answered with an error: errors::peer_unavailable (nobody owns
// the name), errors::timed_out, else errors::peer_failed. The answer is kept as it came.
class RemoteFailure : public Failure {
public:
    struct Answer {
        std::string name;    // "org.freedesktop.DBus.Error.Failed"
        std::string text;    // untrusted
    };
    RemoteFailure(const ErrorInfo& info, std::string service, const std::string& call, Answer answer);

    const std::string& remote_name() const { return answer_.name; }
    const std::string& remote_text() const { return answer_.text; }

private:
    Answer answer_;
};

// One object of one service. Must outlive the calls made through it: a call that is under way when its Peer is
// destroyed ends with operation_aborted.
class Peer {
public:
    Peer(Connection& connection, std::string service, std::string object);
    ~Peer();
    Peer(Peer&&) noexcept;

    Connection& connection() const { return *connection_; }
    const std::string& service() const { return service_; }
    const std::string& object() const { return object_; }
    sdbus::IProxy& proxy() const;    // made at the first call

private:
    Connection* connection_;
    std::string service_;
    std::string object_;
    mutable std::unique_ptr<sdbus::IProxy> proxy_;
};

// The answer to a call; copies share the message.
class Answer {
public:
    Answer() = default;
    Answer(std::string service, sd_bus_message* borrowed);

    // Fails (errors::peer_failed) unless the body has exactly these types.
    Reader body(const std::string& signature) const;
    // The same for a body of one variant with this type inside; the reader stands inside the variant.
    Reader inside_variant(const std::string& signature) const;
    Reader body() const { return Reader{message_.get()}; }    // whatever it is

private:
    std::string service_;
    std::shared_ptr<sd_bus_message> message_;
};

// One call: made, filled through arguments(), sent once.
class Call {
public:
    Call(const Peer& peer, Member member);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    Writer arguments();
    // Failures: RemoteFailure. Resumes on the executor of the waiting coroutine.
    boost::asio::awaitable<Answer> send(Deadline deadline);

private:
    const Peer& peer_;
    std::unique_ptr<sdbus::MethodCall> message_;
};

// Calls with one result or none.
template <class Result, class... Args>
boost::asio::awaitable<Result> call(const Peer& peer, Member member, Deadline deadline, Args... args) {
    Call call{peer, member};
    [[maybe_unused]] auto arguments = call.arguments();
    (arguments.put(args), ...);
    const auto answer = co_await call.send(deadline);
    if constexpr (!std::is_void_v<Result>) co_return answer.body(signature_of<Result>()).template take<Result>();
}

// Calls with several results: Results is a std::tuple of them.
template <class Results, class... Args>
boost::asio::awaitable<Results> call_for_several(const Peer& peer, Member member, Deadline deadline, Args... args) {
    Call call{peer, member};
    [[maybe_unused]] auto arguments = call.arguments();
    (arguments.put(args), ...);
    const auto answer = co_await call.send(deadline);
    auto body = answer.body(detail::TypeString<Results>::fields());
    Results results;
    std::apply([&](auto&... result) { (body.get(result), ...); }, results);
    co_return results;
}

template <class Value>
boost::asio::awaitable<Value> get_property(const Peer& peer, Member property, Deadline deadline) {
    Call call{peer, {"org.freedesktop.DBus.Properties", "Get"}};
    auto arguments = call.arguments();
    arguments.put(property.interface);
    arguments.put(property.name);
    const auto answer = co_await call.send(deadline);
    co_return answer.inside_variant(signature_of<Value>()).template take<Value>();
}

template <class Value>
boost::asio::awaitable<void> set_property(const Peer& peer, Member property, Value value, Deadline deadline) {
    Call call{peer, {"org.freedesktop.DBus.Properties", "Set"}};
    auto arguments = call.arguments();
    arguments.put(property.interface);
    arguments.put(property.name);
    arguments.open('v', signature_of<Value>().c_str());
    arguments.put(value);
    arguments.close();
    co_await call.send(deadline);
}

// A signal that is listened to; the destructor stops that, also from inside the handler.
class Subscription {
public:
    struct State;
    Subscription() = default;
    explicit Subscription(std::shared_ptr<State> state) : state_{std::move(state)} {}

    Subscription(Subscription&&) = default;
    Subscription& operator=(Subscription&&) = default;

private:
    std::shared_ptr<State> state_;
};

// Signals with exactly this signature from the peer; others are logged and dropped, and so is what the handler throws.
// An empty service or object of the peer matches any. Asks the bus without waiting for its answer: a call sent
// afterwards on the same connection is answered after the subscription holds.
Subscription subscribe(const Peer& peer, Member signal, std::string signature, std::function<void(Reader)> handler);

template <class... Args>
Subscription subscribe(const Peer& peer, Member signal, std::function<void(Args...)> handler) {
    return subscribe(peer, signal, detail::TypeString<std::tuple<Args...>>::fields(),
                     [handler = std::move(handler)]([[maybe_unused]] Reader body) {
                         std::tuple<Args...> args{body.take<Args>()...};
                         std::apply(handler, std::move(args));
                     });
}

}    // namespace xm::bus
