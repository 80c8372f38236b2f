#include "connect/turns.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <memory>
#include <string>

namespace asio = boost::asio;
using xm::connect::Turns;

namespace {

asio::awaitable<void> work(Turns& turns, std::string& trace, char name, asio::io_context& loop) {
    const auto turn = co_await turns.take();
    trace += name;
    co_await asio::post(loop, asio::use_awaitable);    // others get a chance to break in
    trace += name;
}

}    // namespace

TEST_CASE("those who take turns never interleave, and come in the order in which they asked") {
    asio::io_context loop;
    Turns turns{loop.get_executor()};
    std::string trace;
    for (const char name : {'a', 'b', 'c'})
        asio::co_spawn(loop, work(turns, trace, name, loop), asio::detached);
    loop.run();
    CHECK(trace == "aabbcc");
    CHECK(turns.idle());

    asio::co_spawn(loop, work(turns, trace, 'd', loop), asio::detached);
    loop.restart();
    loop.run();
    CHECK(trace == "aabbccdd");
}

TEST_CASE("a turn is passed on when its holder fails") {
    asio::io_context loop;
    Turns turns{loop.get_executor()};
    std::string trace;
    const auto failing = [&]() -> asio::awaitable<void> {
        const auto turn = co_await turns.take();
        throw std::runtime_error{"no"};
    };
    asio::co_spawn(loop, failing(), [](const std::exception_ptr&) {});
    asio::co_spawn(loop, work(turns, trace, 'b', loop), asio::detached);
    loop.run();
    CHECK(trace == "bb");
}

TEST_CASE("a turn may outlive the turns") {
    asio::io_context loop;
    std::string trace;
    auto turns = std::make_unique<Turns>(loop.get_executor());
    for (const char name : {'a', 'b'})
        asio::co_spawn(loop, work(*turns, trace, name, loop), asio::detached);
    loop.poll_one();
    loop.poll_one();
    turns = nullptr;
    CHECK(trace == "a");    // and the loop ends with one who holds a turn and one who waits
}
