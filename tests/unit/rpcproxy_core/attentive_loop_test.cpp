#include "rpcproxy/attentive_loop.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <catch2/catch.hpp>

#include <vector>

using namespace xm::rpcproxy;
using namespace std::chrono_literals;

TEST_CASE("a loop sleeps unless sleeping did not pay") {
    Attention attention;
    CHECK(attention.patience() == 0s);
    attention.slept(30us);
    CHECK(attention.patience() == Attention::limit);
}

TEST_CASE("a long sleep, or a wait in vain, lets it sleep again") {
    Attention attention;
    attention.slept(30us);
    attention.slept(1s);
    CHECK(attention.patience() == 0s);
    attention.slept(30us);
    attention.waited_in_vain();
    CHECK(attention.patience() == 0s);
}

TEST_CASE("whatever comes is done in its order, at once or later") {
    boost::asio::io_context loop{1};
    std::vector<int> done;
    boost::asio::steady_timer timer{loop, 1ms};
    timer.async_wait([&](const auto&) {
        done.push_back(3);
        timer.expires_after(10us);
        timer.async_wait([&](const auto&) {
            done.push_back(4);
            boost::asio::post(loop, [&] { done.push_back(5); });
        });
    });
    boost::asio::post(loop, [&] { done.push_back(1); });
    boost::asio::post(loop, [&] { done.push_back(2); });
    run_attentively(loop);
    CHECK(done == std::vector{1, 2, 3, 4, 5});
}

TEST_CASE("stopping ends it, whatever it waits for") {
    boost::asio::io_context loop{1};
    boost::asio::steady_timer never{loop, 1h};
    never.async_wait([](const auto&) {});
    boost::asio::post(loop, [&] { loop.stop(); });
    run_attentively(loop);
    CHECK(loop.stopped());
}
