#pragma once
// An operation whose failure is needed as a value: what undoes it waits itself, and a handler of exceptions may not.

#include <boost/asio/awaitable.hpp>

#include <exception>

namespace xm::xenvm {

// Null: it succeeded.
inline boost::asio::awaitable<std::exception_ptr> attempt(boost::asio::awaitable<void> operation) try {
    co_await std::move(operation);
    co_return nullptr;
} catch (const std::exception&) {
    co_return std::current_exception();
}

}    // namespace xm::xenvm
