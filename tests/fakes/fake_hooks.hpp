#pragma once
// Hooks that remember how they were run. "/fail" fails; "/hang" never ends, until it is cancelled or late.

#include "base/failure.hpp"
#include "connect/hooks.hpp"
#include "gen/errors.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string>
#include <vector>

namespace xm::fakes {

class FakeHooks final : public connect::Hooks {
public:
    std::vector<std::string> ran;    // "/path argument argument"

    boost::asio::awaitable<void> run(std::string hook, StringList arguments,
                                     std::chrono::milliseconds deadline) override {
        std::string line = hook;
        for (const std::string& argument : arguments)
            line += " " + argument;
        ran.push_back(line);
        if (hook == "/fail") fail(errors::hook_failed, hook, "ended with code 1");
        if (hook != "/hang") co_return;
        boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, deadline};
        co_await timer.async_wait(boost::asio::use_awaitable);
        fail(errors::hook_failed, hook, "not ended in time");
    }
};

}    // namespace xm::fakes
