#include "connect/xenstore.hpp"

#include "fakes/scratch_dir.hpp"

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
#include <exception>
#include <string>
#include <vector>

using namespace xm::connect;
using namespace std::string_literals;
namespace asio = boost::asio;
using Unix = asio::local::stream_protocol;

namespace {

// What a node answers: to XS_READ, then to XS_GET_PERMS.
struct Answer {
    std::uint32_t type;
    std::string payload;
};

// A xenstore for one caller; keeps the paths that it was asked for.
struct FakeXenstore {
    xm::test::ScratchDir scratch;
    asio::io_context loop;
    Unix::acceptor acceptor{loop, Unix::endpoint{path()}};
    std::string questions;

    std::string path() const { return (scratch.path() / "socket").string(); }

    asio::awaitable<void> answer(std::vector<Answer> answers) {
        Unix::socket peer = co_await acceptor.async_accept(asio::use_awaitable);
        for (const Answer& given : answers) {
            std::array<std::uint32_t, 4> header{};
            co_await asio::async_read(peer, asio::buffer(header), asio::use_awaitable);
            std::string question(header[3], ' ');
            co_await asio::async_read(peer, asio::buffer(question), asio::use_awaitable);
            questions += question;
            header = {given.type, 0, 0, static_cast<std::uint32_t>(given.payload.size())};
            co_await asio::async_write(peer, asio::buffer(header), asio::use_awaitable);
            co_await asio::async_write(peer, asio::buffer(given.payload), asio::use_awaitable);
        }
    }

    Xenstore::Node look(const Xenstore& xenstore, const char* node) {
        Xenstore::Node got;
        asio::co_spawn(loop, xenstore.look(node), [&](std::exception_ptr, Xenstore::Node found) { got = found; });
        loop.run();
        loop.restart();
        return got;
    }

    Xenstore client() const { return Xenstore{path()}; }
};

}    // namespace

TEST_CASE("a node in xenstore is read with its owner") {
    FakeXenstore fake;
    asio::co_spawn(fake.loop, fake.answer({{2, "/vm/11111111-2222-3333-4444-555555555555"}, {3, "n0\0r7\0"s}}),
                   asio::detached);
    const auto node = fake.look(fake.client(), "/local/domain/7/vm");
    CHECK(node.known);
    CHECK(node.value == "/vm/11111111-2222-3333-4444-555555555555");
    CHECK(node.owner == 0);
    CHECK(fake.questions == "/local/domain/7/vm\0/local/domain/7/vm\0"s);
}

TEST_CASE("a node of a guest's own says whose it is") {
    FakeXenstore fake;
    asio::co_spawn(fake.loop, fake.answer({{2, "0"}, {3, "n7\0"s}}), asio::detached);
    CHECK(fake.look(fake.client(), "/local/domain/7/data/target").owner == 7);
}

TEST_CASE("an absent node is known to be absent") {
    FakeXenstore fake;
    asio::co_spawn(fake.loop, fake.answer({{16, "ENOENT\0"s}}), asio::detached);
    const auto node = fake.look(fake.client(), "/absent");
    CHECK(node.known);
    CHECK_FALSE(node.value);
}

TEST_CASE("of a refused read, a missing xenstore and an endless answer nothing is known") {
    FakeXenstore fake;
    asio::co_spawn(fake.loop, fake.answer({{16, "EACCES\0"s}}), asio::detached);
    CHECK_FALSE(fake.look(fake.client(), "/secret").known);
    CHECK_FALSE(fake.look(Xenstore{"/nonexistent/socket"}, "/x").known);
    asio::co_spawn(fake.loop, fake.answer({{2, std::string(5000, 'x')}}), asio::detached);
    CHECK_FALSE(fake.look(fake.client(), "/x").known);
}
