#pragma once
// Something that is read from nodes whenever one of them changes, and told when it reads differently from before.

#include "base/log.hpp"
#include "connect/store/store.hpp"

#include <boost/asio/co_spawn.hpp>

#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace xm::connect::store {

// The destructor ends it; the store outlives it.
template <class T>
class Reading {
public:
    using Read = std::function<std::optional<T>(Session&)>;    // nothing: what is there says nothing
    using Tell = std::function<void(const T&)>;

    // What reads like `at_first` is not told. `tell` may destroy this.
    Reading(Store& store, const StringList& paths, T at_first, Read read, Tell tell)
        : state_{std::make_shared<State>(State{&store, std::move(at_first), std::move(read), std::move(tell)})} {
        for (const std::string& path : paths)
            watches_.emplace_back(store, path, [state = state_] { begin(state); });
    }
    ~Reading() { state_->store = nullptr; }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

private:
    struct State {
        Store* store;    // null: it has ended
        T told;
        Read read;
        Tell tell;
    };

    static void begin(const std::shared_ptr<State>& state) {
        if (!state->store) return;
        boost::asio::co_spawn(state->store->executor(), look(state), [](const std::exception_ptr& failure) {
            if (failure) log::info("what a guest says in xenstore cannot be read");
        });
    }

    static Store::awaitable<> look(std::shared_ptr<State> state) {
        const Read read = state->read;
        const std::optional<T> now = co_await state->store->perform(read);
        if (!state->store || !now || state->told == *now) co_return;
        state->told = *now;
        state->tell(*now);
    }

    std::shared_ptr<State> state_;
    std::deque<Watch> watches_;
};

}    // namespace xm::connect::store
