#pragma once
// xenstore, through libxenstore, for code on the loop: requests that are waited for with a deadline, transactions, and
// watches that are called on the loop. A xenstore that hangs, dies, is restarted or comes later never holds up the loop
// (how: store/worker.hpp). The nodes of this product, and who may do what with them: store/nodes.hpp.
//
// Failures: StoreAway where there is no xenstore; errors::io_error with the path for all else that goes wrong, a
// deadline that is over included. What is not yet begun at its deadline is not done; what has begun may still happen.

#include "connect/store/session.hpp"
#include "connect/store/store_away.hpp"
#include "connect/store/worker.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace xm::connect::store {

struct StoreSettings {
    std::string socket{};    // empty: as libxenstore finds it. One for the whole process (XENSTORED_PATH is set to it)
    std::chrono::milliseconds limit{5'000};    // for each request
};

class Store {
public:
    template <class T = void>
    using awaitable = boost::asio::awaitable<T>;

    explicit Store(boost::asio::any_io_executor executor, StoreSettings settings = {});
    ~Store();

    const boost::asio::any_io_executor& executor() const { return executor_; }

    // As of store/session.hpp.
    awaitable<std::optional<std::string>> read(std::string path);
    awaitable<std::optional<Node>> look(std::string path);
    awaitable<StringList> list(std::string path);
    awaitable<> write(std::string path, std::string value);
    awaitable<> remove(std::string path);
    awaitable<> set_permissions(std::string path, Permissions to);

    // Several requests as one piece of work, on another thread: it owns what it captures and touches nothing else.
    // Called again if the daemon was restarted meanwhile or, in a transaction, if others were quicker.
    template <class Work, class Result = std::invoke_result_t<Work&, Session&>>
    awaitable<Result> perform(Work work) {
        if constexpr (std::is_void_v<Result>) {
            std::function<void(Session&)> task{std::move(work)};
            co_await wait_for(std::move(task));
        } else {
            const auto result = std::make_shared<std::optional<Result>>();
            std::function<void(Session&)> task{
                [result, work = std::move(work)](Session& session) mutable { result->emplace(work(session)); }};
            co_await wait_for(std::move(task));
            co_return std::move(**result);
        }
    }
    awaitable<> transact(std::function<void(Session&)> body);

    // Nobody waits for it: done in the order of the calls. A failure is logged, unless there is no xenstore.
    void post(std::string what, std::function<void(Session&)> work);

private:
    friend class Watch;
    struct Waiting;
    awaitable<> wait_for(std::function<void(Session&)> work);

    boost::asio::any_io_executor executor_;
    std::chrono::milliseconds limit_;
    std::uint64_t watches_ = 0;
    Worker worker_;
};

// Calls back, on the loop, whenever a node at or below `path`, or a special event such as "@releaseDomain", has
// changed, and once when it begins, and when xenstore was restarted: it says "look again". Many changes in a row may be
// told once. Silent where there is no xenstore. The destructor ends it; the store outlives it.
class Watch {
public:
    Watch(Store& store, std::string path, std::function<void()> on_change);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

private:
    Store& store_;
    std::shared_ptr<Watched> watched_;
};

}    // namespace xm::connect::store
