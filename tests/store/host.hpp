#pragma once
// A loop with a store on it, beside a xenstored.

#include "connect/store/store.hpp"

#include "store/xenstored.hpp"

#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace xm::test {

struct Host {
    using Store = connect::store::Store;
    using Watch = connect::store::Watch;
    using Session = connect::store::Session;
    using Milliseconds = std::chrono::milliseconds;

    explicit Host(Milliseconds limit = std::chrono::minutes{3}, std::vector<std::string> options = {})
        : daemon{std::move(options)}, store{loop.get_executor(), {.socket = daemon.socket(), .limit = limit}} {}
    ~Host() {
        if (Xenstored::real()) run(store.remove(root));
    }

    // What it returns, or throws.
    template <class T>
    T result_of(boost::asio::awaitable<T> work) {
        std::optional<T> result;
        std::exception_ptr failure;
        bool ended = false;
        boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr thrown, T value) {
            failure = thrown;
            if (!thrown) result = std::move(value);
            ended = true;
        });
        until([&] { return ended; });
        if (failure) std::rethrow_exception(failure);
        return std::move(*result);
    }
    void run(boost::asio::awaitable<void> work) {
        std::exception_ptr failure;
        bool ended = false;
        boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr thrown) {
            failure = thrown;
            ended = true;
        });
        until([&] { return ended; });
        if (failure) std::rethrow_exception(failure);
    }
    std::string failure_of(boost::asio::awaitable<void> work) {
        try {
            run(std::move(work));
        } catch (const std::exception& failure) {
            return failure.what();
        }
        return "";
    }

    // The loop runs until it is so, which it must be within three minutes.
    void until(const std::function<bool()>& so) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::minutes{3};
        for (loop.restart(); !so() && std::chrono::steady_clock::now() < end; loop.restart())
            loop.run_one_until(end);
        REQUIRE(so());
    }
    void run_for(Milliseconds time) {
        loop.restart();
        loop.run_for(time);
    }
    // All that was begun before is done.
    void settle() { result_of(store.read("/")); }

    std::string at(const std::string& name) const { return root + "/" + name; }

    std::string root = "/xm-test-" + std::to_string(::getpid());
    boost::asio::io_context loop{1};
    Xenstored daemon;
    Store store;
};

}    // namespace xm::test
