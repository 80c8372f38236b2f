#pragma once
// Makes changes durable before anybody hears of them. Requests that arrive in one turn of the loop, or while the disk
// is busy, share one transaction; it runs on one worker thread, so the loop goes on answering.
//
// What callers see: looks are answered at once from the committed tree, so nobody sees a change that may still fail. A
// caller that has requests of its own under way gets its look in turn with them: everybody sees what they wrote
// themselves, in the order in which they asked. A request that is refused fails alone; if the commit fails, all of its
// requests fail, and tree and file stay as they were.
//
// Lives on one io_context, used by one thread. What is under way when it is destroyed is stored or not, and
// never answered.

#include "dbd/requests.hpp"
#include "dbd/store.hpp"
#include "dbd/tree.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace xm::dbd {

class Commits {
public:
    using Announce = std::function<void(const std::vector<std::string>& paths)>;    // after each commit, see summary()

    struct Counters {
        std::uint64_t requests = 0;    // that were asked for
        std::uint64_t commits = 0;     // transactions that succeeded
        std::uint64_t failures = 0;    // transactions that failed
    };

    Commits(boost::asio::any_io_executor loop, Store store, Announce announce);
    ~Commits();
    Commits(const Commits&) = delete;
    Commits& operator=(const Commits&) = delete;

    // Returns when the request is on the disk; throws what the request or the commit threw.
    boost::asio::awaitable<void> submit(std::string sender, Request request);

    // What `look` makes of the tree that `sender` should see now.
    template <class Look>
    boost::asio::awaitable<std::invoke_result_t<Look, const Tree&>> look(std::string sender, Look look) {
        if (!has_requests(sender)) co_return look(committed());
        std::optional<std::invoke_result_t<Look, const Tree&>> seen;
        co_await take_turn(std::move(sender), [&](const Tree& tree) { seen.emplace(look(tree)); });
        co_return std::move(*seen);
    }

    // Reads the file again, in turn with the requests. If that fails, everything stays as it is.
    boost::asio::awaitable<void> reload();

    // Returns when everything that was asked for until now is done; others may go on asking.
    boost::asio::awaitable<void> drained();

    const Tree& committed() const;
    const Counters& counters() const;

private:
    bool has_requests(const std::string& sender) const;
    boost::asio::awaitable<void> take_turn(std::string sender, std::function<void(const Tree&)> look);

    class State;
    std::shared_ptr<State> state_;
};

}    // namespace xm::dbd
