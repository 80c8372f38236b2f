#include "connect/store/store.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "connect/store/libxenstore.hpp"
#include "gen/errors.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <cstdlib>
#include <exception>

namespace xm::connect::store {
namespace asio = boost::asio;

// Shared by who waits and the two callbacks.
struct Store::Waiting {
    asio::steady_timer* timer = nullptr;    // null: nobody waits any more. For the loop only
    std::atomic<bool> given_up{false};
    bool done = false;
    std::exception_ptr failure{};
};

Store::Store(asio::any_io_executor executor, StoreSettings settings)
    : executor_{executor}, limit_{settings.limit}, worker_{executor} {
    const std::string socket = settings.socket.empty() && has_socket() ? xs_daemon_socket() : settings.socket;
    if (!socket.empty()) ::setenv("XENSTORED_PATH", socket.c_str(), 1);    // so libxl takes no other way either
}

Store::~Store() = default;

Store::awaitable<> Store::wait_for(std::function<void(Session&)> work) {
    struct Place {
        explicit Place(asio::steady_timer& timer) { waiting->timer = &timer; }
        ~Place() {
            waiting->timer = nullptr;
            waiting->given_up = true;
        }
        std::shared_ptr<Waiting> waiting = std::make_shared<Waiting>();
    };
    asio::steady_timer deadline{executor_, limit_};
    const Place place{deadline};
    worker_.perform(
        [waiting = place.waiting, work = std::move(work)](Session& session) {
            if (!waiting->given_up) work(session);
        },
        [waiting = place.waiting](std::exception_ptr failure) {
            waiting->done = true;
            waiting->failure = std::move(failure);
            if (waiting->timer) waiting->timer->cancel();
        });
    boost::system::error_code ignored;
    co_await deadline.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (place.waiting->failure) std::rethrow_exception(place.waiting->failure);
    if (!place.waiting->done) fail(errors::io_error, "xenstore", "no answer within {} ms", limit_.count());
}

Store::awaitable<std::optional<std::string>> Store::read(std::string path) {
    return perform([path = std::move(path)](Session& session) { return session.read(path); });
}

Store::awaitable<std::optional<Node>> Store::look(std::string path) {
    return perform([path = std::move(path)](Session& session) { return session.look(path); });
}

Store::awaitable<StringList> Store::list(std::string path) {
    return perform([path = std::move(path)](Session& session) { return session.list(path); });
}

Store::awaitable<> Store::write(std::string path, std::string value) {
    return wait_for(
        [path = std::move(path), value = std::move(value)](Session& session) { session.write(path, value); });
}

Store::awaitable<> Store::remove(std::string path) {
    return wait_for([path = std::move(path)](Session& session) { session.remove(path); });
}

Store::awaitable<> Store::set_permissions(std::string path, Permissions to) {
    return wait_for(
        [path = std::move(path), to = std::move(to)](Session& session) { session.set_permissions(path, to); });
}

Store::awaitable<> Store::transact(std::function<void(Session&)> body) {
    return wait_for([body = std::move(body)](Session& session) { session.transact(body); });
}

void Store::post(std::string what, std::function<void(Session&)> work) {
    worker_.perform(std::move(work), [what = std::move(what)](std::exception_ptr failure) {
        if (failure) try {
                std::rethrow_exception(failure);
            } catch (const StoreAway& away) {
                log::debug("{} left out: {}", what, text::escaped(away.cause()));
            } catch (const std::exception& error) {
                log::warn("{} failed: {}", what, error.what());
            }
    });
}

Watch::Watch(Store& store, std::string path, std::function<void()> on_change)
    : store_{store}, watched_{std::make_shared<Watched>()} {
    watched_->path = std::move(path);
    watched_->number = ++store.watches_;
    watched_->on_change = std::move(on_change);
    store_.worker_.watch(watched_);
}

Watch::~Watch() { store_.worker_.unwatch(watched_); }

}    // namespace xm::connect::store
