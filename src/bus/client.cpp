#include "bus/client.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "bus/native.hpp"
#include "gen/errors.hpp"

#include <sdbus-c++/sdbus-c++.h>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace xm::bus {
namespace asio = boost::asio;
namespace {

struct Row {
    std::string_view remote;
    const ErrorInfo* info;
};

// What the bus itself says when there is no answer.
constexpr std::array remote_failures{
    Row{"org.freedesktop.DBus.Error.ServiceUnknown", &errors::peer_unavailable},
    Row{"org.freedesktop.DBus.Error.NameHasNoOwner", &errors::peer_unavailable},
    Row{"org.freedesktop.DBus.Error.Disconnected", &errors::peer_unavailable},
    Row{"org.freedesktop.DBus.Error.Timeout", &errors::timed_out},
    Row{"org.freedesktop.DBus.Error.NoReply", &errors::timed_out},
};

const ErrorInfo& row_of(std::string_view remote) {
    if (remote.starts_with("org.freedesktop.DBus.Error.Spawn.")) return errors::peer_unavailable;
    const auto found = std::find_if(remote_failures.begin(), remote_failures.end(),
                                    [&](const Row& row) { return row.remote == remote; });
    return found == remote_failures.end() ? errors::peer_failed : *found->info;
}

// The coroutine that waits. If the call vanishes without an answer (its Peer was destroyed, or it was cancelled), the
// coroutine still resumes. Always posted: the answer arrives deep inside the proxy, which the coroutine may destroy.
template <class Handler>
class Waiting {
public:
    explicit Waiting(Handler handler) : handler_{std::move(handler)} {}
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() {
        if (done_) return;
        finish(std::make_exception_ptr(boost::system::system_error{asio::error::operation_aborted}), {});
    }

    void finish(std::exception_ptr failure, Answer answer) {
        done_ = true;
        const auto executor = asio::get_associated_executor(handler_);
        asio::post(executor, [handler = std::move(handler_), failure = std::move(failure),
                              answer = std::move(answer)]() mutable { std::move(handler)(failure, answer); });
    }

private:
    Handler handler_;
    bool done_ = false;
};

std::exception_ptr as_failure(const std::string& service, const std::string& call, const sdbus::Error& error) {
    return std::make_exception_ptr(
        RemoteFailure{row_of(error.getName()), service, call, {error.getName(), error.getMessage()}});
}

// The initiating function of Asio's model: sends and arranges for `handler` to be called. The message goes with its
// sending: who waits for the answer may outlive the connection, a message of sdbus-c++ must not.
struct Sending {
    template <class Handler>
    void operator()(Handler handler, const Peer* peer, std::unique_ptr<sdbus::MethodCall> message,
                    Deadline deadline) const {
        auto slot = asio::get_associated_cancellation_slot(handler);
        const auto waiting = std::make_shared<Waiting<Handler>>(std::move(handler));
        const auto call = message->getInterfaceName() + "." + message->getMemberName();
        try {
            const auto on_reply = [waiting, service = peer->service(), call](sdbus::MethodReply& reply,
                                                                             const sdbus::Error* error) {
                if (error != nullptr) return waiting->finish(as_failure(service, call, *error), {});
                waiting->finish(nullptr, Answer{service, native_handle(reply)});
            };
            auto pending = peer->proxy().callMethod(*message, on_reply, std::max(deadline, Deadline{1}));
            peer->connection().flush();
            if (slot.is_connected()) slot.assign([pending](asio::cancellation_type) mutable { pending.cancel(); });
        } catch (const sdbus::Error& error) {
            waiting->finish(as_failure(peer->service(), call, error), {});
        }
    }
};

}    // namespace

RemoteFailure::RemoteFailure(const ErrorInfo& info, std::string service, const std::string& call, Answer answer)
    : Failure{info, std::move(service), call + ": " + answer.name + ": " + text::escaped(answer.text, 1000)},
      answer_{std::move(answer)} {}

Peer::Peer(Connection& connection, std::string service, std::string object)
    : connection_{&connection}, service_{std::move(service)}, object_{std::move(object)} {}
Peer::~Peer() = default;
Peer::Peer(Peer&&) noexcept = default;

sdbus::IProxy& Peer::proxy() const {
    if (!proxy_) proxy_ = sdbus::createProxy(connection_->proxies(), service_, object_);
    return *proxy_;
}

Answer::Answer(std::string service, sd_bus_message* borrowed)
    : service_{std::move(service)}, message_{sd_bus_message_ref(borrowed), sd_bus_message_unref} {}

Reader Answer::body(const std::string& signature) const {
    if (sd_bus_message_has_signature(message_.get(), signature.c_str()) > 0) return body();
    fail(errors::peer_failed, service_, "answered with types '{}' where '{}' is expected",
         sd_bus_message_get_signature(message_.get(), 1), signature);
}

Reader Answer::inside_variant(const std::string& signature) const {
    auto reader = body("v");
    if (sd_bus_message_verify_type(message_.get(), 'v', signature.c_str()) <= 0)
        fail(errors::peer_failed, service_, "answered with another type than '{}'", signature);
    reader.enter('v', signature.c_str());
    return reader;
}

Call::Call(const Peer& peer, Member member) try
    : peer_{peer},
      message_{std::make_unique<sdbus::MethodCall>(peer.proxy().createMethodCall(member.interface, member.name))} {
} catch (const sdbus::Error& error) {
    fail(errors::invalid_arguments, peer.service(), "no call of {}.{} on {} could be made: {}", member.interface,
         member.name, peer.object(), error.getMessage());
}

Call::~Call() = default;

Writer Call::arguments() { return Writer{native_handle(*message_)}; }

asio::awaitable<Answer> Call::send(Deadline deadline) {
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr, Answer)>(
        Sending{}, asio::use_awaitable, &peer_, std::move(message_), deadline);
}

struct Subscription::State : std::enable_shared_from_this<State> {
    ~State() { sd_bus_slot_unref(slot); }

    static int on_signal(sd_bus_message* message, void* self, sd_bus_error*) {
        const auto state = static_cast<State*>(self)->shared_from_this();    // the handler may drop its subscription
        try {
            state->deliver(message);
        } catch (const std::exception& error) {
            log::warn("signal={} dropped cause=\"{}\"", sd_bus_message_get_member(message),
                      text::escaped(error.what()));
        }
        return 0;
    }

    // sd-bus does not look whether a well-known name was the sender; whom a signal was sent to directly gets it from
    // anybody. Of the bus itself at least it is known that it has no other name.
    bool is_forged(sd_bus_message* message) const {
        const char* sender = sd_bus_message_get_sender(message);
        return service == "org.freedesktop.DBus" && (sender == nullptr || service != sender);
    }

    void deliver(sd_bus_message* message) const {
        if (is_forged(message)) return log::warn("signal={} forged", sd_bus_message_get_member(message));
        if (sd_bus_message_has_signature(message, signature.c_str()) > 0) return handler(Reader{message});
        log::warn("signal={} dropped types={} expected={}", sd_bus_message_get_member(message),
                  sd_bus_message_get_signature(message, 1), signature);
    }

    std::string service;
    std::string signature;
    std::function<void(Reader)> handler;
    sd_bus_slot* slot = nullptr;
};

// sdbus-c++ asks the bus for a match and waits for the answer, which would stop the loop; hence sd-bus's own call.
Subscription subscribe(const Peer& peer, Member signal, std::string signature, std::function<void(Reader)> handler) {
    auto state = std::make_shared<Subscription::State>();
    state->service = peer.service();
    state->signature = std::move(signature);
    state->handler = std::move(handler);
    const auto or_any = [](const std::string& text) { return text.empty() ? nullptr : text.c_str(); };
    const int result = sd_bus_match_signal_async(peer.connection().native(), &state->slot, or_any(peer.service()),
                                                 or_any(peer.object()), signal.interface, signal.name,
                                                 Subscription::State::on_signal, nullptr, state.get());
    if (result < 0)
        fail(errors::peer_failed, peer.service(), "cannot listen to {}: {}", signal.name, std::strerror(-result));
    peer.connection().flush();
    return Subscription{std::move(state)};
}

}    // namespace xm::bus
