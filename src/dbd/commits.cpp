#include "dbd/commits.hpp"

#include "base/log.hpp"
#include "dbd/changes.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <exception>
#include <map>
#include <utility>
#include <variant>

namespace xm::dbd {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;

using Look = std::function<void(const Tree&)>;
struct Reload {};
using Resume = std::function<void(std::exception_ptr)>;

struct Entry {
    std::string sender;
    std::variant<Request, Look, Reload> work;
    Resume resume{};
    std::exception_ptr error{};
};

}    // namespace

class Commits::State : public std::enable_shared_from_this<State> {
public:
    State(asio::any_io_executor loop, Store store, Announce announce)
        : loop_{std::move(loop)}, store_{std::move(store)}, announce_{std::move(announce)}, committed_{store_.load()} {}

    // Suspends the calling coroutine; `place` keeps what resumes it.
    template <class Place>
    awaitable<void> suspend(Place place) {
        return asio::async_initiate<const asio::use_awaitable_t<>&, void(std::exception_ptr)>(
            [this, place = std::move(place)](auto handler) mutable {
                auto held = std::make_shared<decltype(handler)>(std::move(handler));
                place([this, held](std::exception_ptr error) {
                    asio::post(loop_, [held, error] { std::move (*held)(error); });
                });
            },
            use_awaitable);
    }

    awaitable<void> enqueue(Entry entry) {
        ++open_[entry.sender];
        if (!std::exchange(running_, true)) asio::co_spawn(loop_, run(shared_from_this()), asio::detached);
        return suspend([this, entry = std::move(entry)](Resume resume) mutable {
            entry.resume = std::move(resume);
            waiting_.push_back(std::move(entry));
        });
    }

    asio::any_io_executor loop_;
    Store store_;    // used by the worker while running_
    Announce announce_;
    Tree committed_;
    Counters counters_;
    std::map<std::string, std::size_t> open_;    // requests under way, by sender
    bool running_ = false;

private:
    static awaitable<void> run(std::shared_ptr<State> self) {
        co_await asio::post(self->loop_, use_awaitable);    // let the others of this turn come
        while (!self->waiting_.empty()) {
            if (std::holds_alternative<Reload>(self->waiting_.front().work)) {
                co_await self->run_reload();
            } else {
                co_await self->run_batch();
            }
        }
        self->running_ = false;
    }

    Entry take() {
        Entry entry = std::move(waiting_.front());
        waiting_.pop_front();
        return entry;
    }

    void finish(Entry& entry) {
        if (const auto at = open_.find(entry.sender); --at->second == 0) open_.erase(at);
        entry.resume(entry.error);
    }

    template <class Work>
    awaitable<void> on_worker(Work work) {
        co_await asio::co_spawn(
            worker_,
            [work = std::move(work)]() -> awaitable<void> {
                work();
                co_return;
            },
            use_awaitable);
    }

    awaitable<void> run_batch() {
        std::vector<Entry> batch;
        while (!waiting_.empty() && !std::holds_alternative<Reload>(waiting_.front().work))
            batch.push_back(take());
        Tree changed = committed_;
        Changes changes;
        for (Entry& entry : batch)
            apply(entry, changed, changes);
        const std::exception_ptr error = co_await store(changes.steps);
        if (error) {
            fail_all(batch, error);
        } else {
            committed_ = std::move(changed);
        }
        for (Entry& entry : batch)
            finish(entry);
        if (!error && !changes.paths.empty()) announce_(summary(std::move(changes.paths)));
    }

    void apply(Entry& entry, Tree& tree, Changes& changes) try {
        if (const Look* look = std::get_if<Look>(&entry.work)) return (*look)(tree);
        ++counters_.requests;
        std::get<Request>(entry.work)(tree, changes);
    } catch (...) {
        entry.error = std::current_exception();
    }

    // Null, or why nothing was stored.
    awaitable<std::exception_ptr> store(const std::vector<Step>& steps) try {
        if (steps.empty()) co_return nullptr;
        co_await on_worker([this, &steps] { store_.commit(steps); });
        ++counters_.commits;
        co_return nullptr;
    } catch (const std::exception& cause) {
        ++counters_.failures;
        log::error("commit failed, its requests are refused: {}", cause.what());
        co_return std::current_exception();
    }

    // Those who only looked did nothing wrong: they see what is still there.
    void fail_all(std::vector<Entry>& batch, const std::exception_ptr& error) {
        Changes none;
        for (Entry& entry : batch) {
            if (std::holds_alternative<Look>(entry.work)) {
                apply(entry, committed_, none);
            } else if (!entry.error) {
                entry.error = error;
            }
        }
    }

    awaitable<void> run_reload() {
        Entry entry = take();
        try {
            Tree tree;
            co_await on_worker([this, &tree] {
                Store fresh{store_.file()};
                tree = fresh.load();
                store_ = std::move(fresh);
            });
            committed_ = std::move(tree);
            announce_({"/"});
        } catch (...) {
            entry.error = std::current_exception();
        }
        finish(entry);
    }

    std::deque<Entry> waiting_;
    asio::thread_pool worker_{1};
};

Commits::Commits(asio::any_io_executor loop, Store store, Announce announce)
    : state_{std::make_shared<State>(std::move(loop), std::move(store), std::move(announce))} {}

Commits::~Commits() = default;

awaitable<void> Commits::submit(std::string sender, Request request) {
    return state_->enqueue({.sender = std::move(sender), .work = std::move(request)});
}

awaitable<void> Commits::take_turn(std::string sender, std::function<void(const Tree&)> look) {
    return state_->enqueue({.sender = std::move(sender), .work = std::move(look)});
}

awaitable<void> Commits::reload() { return state_->enqueue({.sender = {}, .work = Reload{}}); }

awaitable<void> Commits::drained() {
    return take_turn({}, [](const Tree&) {});
}

const Tree& Commits::committed() const { return state_->committed_; }
const Commits::Counters& Commits::counters() const { return state_->counters_; }
bool Commits::has_requests(const std::string& sender) const { return state_->open_.contains(sender); }

}    // namespace xm::dbd
