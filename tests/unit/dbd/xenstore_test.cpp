#include "dbd/xenstore.hpp"

#include "unit/dbd/scratch.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <array>
#include <cstdint>

using namespace xm::dbd;
namespace asio = boost::asio;
using Unix = asio::local::stream_protocol;

namespace {

// A xenstore with one answer: type and payload. Keeps the question.
struct FakeXenstore {
    Scratch scratch;
    asio::io_context loop;
    Unix::acceptor acceptor{loop, Unix::endpoint{(scratch / "socket").string()}};
    std::string question;

    asio::awaitable<void> answer(std::uint32_t type, std::string payload) {
        Unix::socket peer = co_await acceptor.async_accept(asio::use_awaitable);
        std::array<std::uint32_t, 4> header{};
        co_await asio::async_read(peer, asio::buffer(header), asio::use_awaitable);
        question.resize(header[3]);
        co_await asio::async_read(peer, asio::buffer(question), asio::use_awaitable);
        CHECK(header[0] == 2);
        header = {type, 0, 0, static_cast<std::uint32_t>(payload.size())};
        co_await asio::async_write(peer, asio::buffer(header), asio::use_awaitable);
        co_await asio::async_write(peer, asio::buffer(payload), asio::use_awaitable);
    }

    std::optional<std::string> read(const Xenstore& xenstore, const char* path) {
        std::optional<std::string> got = "no answer at all";
        asio::co_spawn(loop, xenstore.read(path),
                       [&](std::exception_ptr, std::optional<std::string> value) { got = value; });
        loop.run();
        loop.restart();
        return got;
    }

    Xenstore client() { return Xenstore{(scratch / "socket").string()}; }
};

}    // namespace

TEST_CASE("a value in xenstore is read by its path") {
    FakeXenstore fake;
    asio::co_spawn(fake.loop, fake.answer(2, "/vm/11111111-2222-3333-4444-555555555555"), asio::detached);
    CHECK(fake.read(fake.client(), "/local/domain/7/vm") == "/vm/11111111-2222-3333-4444-555555555555");
    CHECK(fake.question == std::string{"/local/domain/7/vm\0", 19});
}

TEST_CASE("an absent value, a missing xenstore and an endless answer are no value") {
    FakeXenstore fake;
    asio::co_spawn(fake.loop, fake.answer(16, std::string{"ENOENT\0", 7}), asio::detached);
    CHECK_FALSE(fake.read(fake.client(), "/absent"));
    CHECK_FALSE(fake.read(Xenstore{"/nonexistent/socket"}, "/x"));
    asio::co_spawn(fake.loop, fake.answer(2, std::string(5000, 'x')), asio::detached);
    CHECK_FALSE(fake.read(fake.client(), "/x"));
}
