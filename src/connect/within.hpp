#pragma once
// A deadline for anything that is waited for. (`a || timer` alone would wait for the timer when `a` throws: it takes
// the first success.)

#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

namespace xm::connect {

namespace detail {
template <class T>
struct Outcome {
    std::optional<T> value{};
    std::exception_ptr failure{};
};

template <class T>
boost::asio::awaitable<Outcome<T>> outcome_of(boost::asio::awaitable<T> work) {
    Outcome<T> outcome;
    try {
        outcome.value.emplace(co_await std::move(work));
    } catch (const std::exception&) {
        outcome.failure = std::current_exception();
    }
    co_return outcome;
}

inline boost::asio::awaitable<std::exception_ptr> failure_of(boost::asio::awaitable<void> alarm) {
    std::exception_ptr failure;
    try {
        co_await std::move(alarm);
    } catch (const std::exception&) {
        failure = std::current_exception();
    }
    co_return failure;
}
}    // namespace detail

// Nothing if the time was over first; the work is cancelled then. Throws what the work throws.
template <class T>
boost::asio::awaitable<std::optional<T>> within(std::chrono::milliseconds time, boost::asio::awaitable<T> work) {
    using namespace boost::asio::experimental::awaitable_operators;
    boost::asio::steady_timer deadline{co_await boost::asio::this_coro::executor, time};
    auto first = co_await (detail::outcome_of(std::move(work)) || deadline.async_wait(boost::asio::use_awaitable));
    if (first.index() == 1) co_return std::nullopt;
    auto& outcome = std::get<0>(first);
    if (outcome.failure) std::rethrow_exception(outcome.failure);
    co_return std::move(outcome.value);
}

// What the work gives, unless the alarm ends first, which then throws: the work is cancelled.
template <class T>
boost::asio::awaitable<T> unless(boost::asio::awaitable<void> alarm, boost::asio::awaitable<T> work) {
    using namespace boost::asio::experimental::awaitable_operators;
    auto first = co_await (detail::outcome_of(std::move(work)) || detail::failure_of(std::move(alarm)));
    if (first.index() == 1) std::rethrow_exception(std::get<1>(first));
    auto& outcome = std::get<0>(first);
    if (outcome.failure) std::rethrow_exception(outcome.failure);
    co_return std::move(*outcome.value);
}

}    // namespace xm::connect
