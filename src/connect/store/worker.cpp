#include "connect/store/worker.hpp"

#include "base/log.hpp"
#include "connect/store/libxenstore.hpp"
#include "connect/store/store_away.hpp"
#include "connect/store/watches.hpp"

#include <pthread.h>
#include <signal.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace xm::connect::store {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::seconds patience{1};    // with a request that is under way at the end

// Signals are for the loop.
std::thread without_signals(std::function<void()> body) {
    sigset_t all{}, before{};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread thread{std::move(body)};
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread;
}

}    // namespace

struct Worker::State {
    explicit State(asio::any_io_executor to) : loop{std::move(to)} {}

    asio::any_io_executor loop;
    std::mutex at_the_end;
    bool over = false;    // the loop may be gone

    asio::io_context own{1};
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> stays{own.get_executor()};
    Handle requests;
    Watches watches{own, [this](std::shared_ptr<Watched> what) { pass_on(std::move(what)); },
                    [this](bool there) { on_loop([there] { report(there); }); }};
    std::thread thread;
    std::promise<void> ended;

    static void report(bool there) {
        if (there)
            log::info("xenstore is back socket={}", xs_daemon_socket());
        else
            log::error("xenstore has gone socket={}: start xenstored; until then requests to it fail",
                       xs_daemon_socket());
    }

    void on_loop(std::function<void()> task) {
        const std::lock_guard guard{at_the_end};
        if (!over) asio::post(loop, std::move(task));
    }

    // However often a node changes, the loop has one piece of news about it to look at.
    void pass_on(std::shared_ptr<Watched> what) {
        if (what->told.exchange(true)) return;
        on_loop([what] {
            what->told = false;
            if (const auto tell = what->on_change) tell();
        });
    }

    void attempt(const Work& work) {
        for (bool fresh = !requests;; fresh = true) {
            if (!requests) requests = open_store();
            if (!requests) throw StoreAway{xs_daemon_socket(), std::strerror(errno)};
            try {
                Session session{requests.get()};
                return work(session);
            } catch (const ConnectionLost&) {
                requests.reset();
                if (fresh) throw StoreAway{xs_daemon_socket(), "it hangs up"};
            }
        }
    }
};

Worker::Worker(asio::any_io_executor loop) : state_{std::make_shared<State>(std::move(loop))} {}

Worker::~Worker() {
    {
        const std::lock_guard guard{state_->at_the_end};
        state_->over = true;
    }
    if (!state_->thread.joinable()) return;
    run([](State& state) {
        state.watches.end();
        state.stays.reset();
    });
    if (state_->ended.get_future().wait_for(patience) == std::future_status::ready)
        state_->thread.join();
    else
        state_->thread.detach();
}

void Worker::run(std::function<void(State&)> task) {
    if (!state_->thread.joinable())
        state_->thread = without_signals([state = state_] {
            state->own.run();
            state->ended.set_value();
        });
    asio::post(state_->own, [state = state_.get(), task = std::move(task)] { task(*state); });
}

void Worker::perform(Work work, Then then) {
    run([work = std::move(work), then = std::move(then)](State& state) {
        std::exception_ptr failure;
        try {
            state.attempt(work);
        } catch (const std::exception&) {
            failure = std::current_exception();
        }
        state.on_loop([then, failure] { then(failure); });
    });
}

void Worker::watch(std::shared_ptr<Watched> what) {
    run([what = std::move(what)](State& state) { state.watches.add(what); });
}

void Worker::unwatch(std::shared_ptr<Watched> what) {
    what->on_change = nullptr;
    run([what = std::move(what)](State& state) { state.watches.remove(*what); });
}

}    // namespace xm::connect::store
