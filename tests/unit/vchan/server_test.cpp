#include "vchan/server.hpp"

#include "fakes/vchan_in_memory.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace xm::vchan {
namespace {

std::string text_of(Stream& stream, std::size_t most = 1 << 20) {
    std::string text(most, '\0');
    const auto got = stream.read(std::as_writable_bytes(std::span{text}));
    text.resize(got.bytes);
    return text;
}

Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span{text}); }

// A host that remembers what came, and a guest that keeps to the rules.
struct Stand {
    boost::asio::io_context loop;
    Memory memory{loop};
    std::vector<std::shared_ptr<Stream>> arrived;
    std::vector<std::string> faults;
    std::unique_ptr<Server> server = std::make_unique<Server>(
        loop.get_executor(), std::make_unique<MemoryServerEnd>(memory),
        Server::Events{.on_stream = [this](std::shared_ptr<Stream> stream) { arrived.push_back(std::move(stream)); },
                       .on_turned_away = [this](Fault fault) { faults.emplace_back(fault); }});
    std::unique_ptr<MemoryClientEnd> end;
    std::shared_ptr<Streams> guest;

    void settle() {
        loop.restart();
        loop.poll();
    }
    void connect() {
        end = std::make_unique<MemoryClientEnd>(memory);
        guest = std::make_shared<Streams>(loop.get_executor(), *end, Streams::Side::guest, Streams::Events{});
        end->when_event([this] { guest->turn(); });
        guest->greet();
        settle();
    }
    void leave() {
        guest = nullptr;
        end = nullptr;
        settle();
    }
    std::shared_ptr<Stream> open() {
        auto stream = guest->open();
        settle();
        return stream;
    }

    // A guest that says what it likes.
    void say(const std::vector<Frame>& frames, std::string_view behind = {}) {
        for (const Frame& frame : frames)
            memory.to_host.write(header_of(frame));
        memory.to_host.write(bytes_of(behind));
        memory.client = ServerEnd::Client::here;
        memory.tell(memory.host);
        settle();
    }
    void go() {
        memory.client = ServerEnd::Client::gone;
        memory.tell(memory.host);
        settle();
    }
    std::string fault() const { return faults.empty() ? "" : faults.back(); }
};

const Frame hello{Kind::hello, 0, version};

}    // namespace

TEST_CASE("bytes of several streams arrive, each in its own") {
    Stand stand;
    stand.connect();
    const auto one = stand.open(), two = stand.open();
    REQUIRE(stand.arrived.size() == 2);
    one->write(bytes_of("first"));
    two->write(bytes_of("second"));
    stand.arrived[1]->write(bytes_of("answer"));
    stand.settle();
    CHECK(text_of(*stand.arrived[0]) == "first");
    CHECK(text_of(*stand.arrived[1]) == "second");
    CHECK(text_of(*two) == "answer");
    CHECK(text_of(*one).empty());
}

TEST_CASE("a stream carries more than rings and windows hold, in order") {
    Stand stand;
    stand.connect();
    const auto out = stand.open();
    std::string sent, got;
    for (int i = 0; sent.size() < 500'000; ++i)
        sent += std::to_string(i) + ' ';
    std::size_t at = 0;
    while (got.size() < sent.size()) {
        at += out->write(bytes_of(sent).subspan(at)).bytes;
        stand.settle();
        got += text_of(*stand.arrived[0], 10'000);
    }
    CHECK(got == sent);
    CHECK(stand.faults.empty());
}

TEST_CASE("a stream that nobody reads does not hold up another") {
    Stand stand;
    stand.connect();
    const auto stuck = stand.open(), other = stand.open();
    const std::string much(1 << 20, 'x');
    std::size_t taken = 0, now = 0;
    do {
        now = stuck->write(bytes_of(much)).bytes;
        taken += now;
        stand.settle();
    } while (now > 0);
    CHECK(taken == window);
    other->write(bytes_of("still there"));
    stand.settle();
    CHECK(text_of(*stand.arrived[1]) == "still there");
}

TEST_CASE("who waits for room is called when the other side has read") {
    Stand stand;
    stand.connect();
    const auto out = stand.open();
    const std::string much(2 * window, 'x');
    while (out->write(bytes_of(much)).bytes > 0)
        stand.settle();
    bool called = false;
    out->when_writable([&] { called = true; });
    stand.settle();
    CHECK_FALSE(called);
    CHECK(text_of(*stand.arrived[0]).size() == window);
    stand.settle();
    CHECK(called);
    CHECK(out->write(bytes_of("x")).bytes == 1);
}

TEST_CASE("the other side of a closed stream reads what came before, then its end") {
    Stand stand;
    stand.connect();
    const auto out = stand.open();
    out->write(bytes_of("last words"));
    out->close();
    stand.settle();
    CHECK(text_of(*stand.arrived[0]) == "last words");
    std::byte none{};
    CHECK_FALSE(stand.arrived[0]->read({&none, 1}).open);
    CHECK_FALSE(stand.arrived[0]->write(bytes_of("x")).open);
}

TEST_CASE("a number is used again once both sides have closed") {
    Stand stand;
    stand.connect();
    for (std::size_t i = 0; i < 3 * most_streams; ++i) {
        const auto stream = stand.open();
        REQUIRE(stream);
        stream->close();
        stand.settle();
        stand.arrived.back()->close();
        stand.settle();
    }
    CHECK(stand.arrived.size() == 3 * most_streams);
    CHECK(stand.faults.empty());
}

TEST_CASE("a guest that goes ends its streams, and another gets a fresh session in the same memory") {
    Stand stand;
    stand.connect();
    stand.open()->write(bytes_of("half a mess"));
    stand.leave();
    std::byte none{};
    text_of(*stand.arrived[0]);
    CHECK_FALSE(stand.arrived[0]->read({&none, 1}).open);
    CHECK(stand.memory.resets == 1);
    stand.connect();
    stand.open()->write(bytes_of("again"));
    stand.settle();
    REQUIRE(stand.arrived.size() == 2);
    CHECK(text_of(*stand.arrived[1]) == "again");
    CHECK(stand.faults.empty());
}

TEST_CASE("a host that goes ends the guest's streams") {
    Stand stand;
    stand.connect();
    const auto stream = stand.open();
    stand.arrived.clear();
    stand.server = nullptr;
    stand.settle();
    CHECK_FALSE(stand.end->open());
    stand.guest->end();
    CHECK_FALSE(stream->write(bytes_of("x")).open);
}

TEST_CASE("what outlives its server or its session does no harm") {
    Stand stand;
    stand.connect();
    const auto stream = stand.open();
    stand.arrived[0]->when_readable([] {});
    stand.server = nullptr;
    stand.settle();
    std::byte none{};
    CHECK_FALSE(stand.arrived[0]->read({&none, 1}).open);
    stand.arrived[0]->close();
    stand.guest = nullptr;
    stream->when_writable([] {});
    stream->close();
    stand.settle();
}

TEST_CASE("a guest that breaks the rules is turned away") {
    struct Row {
        const char* fault;
        std::vector<Frame> frames;
    };
    const Row rows[] = {
        {"a hello at the wrong time, or none", {{Kind::open, 0, 0}}},
        {"a hello at the wrong time, or none", {hello, hello}},
        {"another version of the protocol", {{Kind::hello, 0, version + 1}}},
        {"a stream opened twice", {hello, {Kind::open, 1, 0}, {Kind::open, 1, 0}}},
        {"a stream that is not open", {hello, {Kind::close, 1, 0}}},
        {"a stream that is not open", {hello, {Kind::open, 1, 0}, {Kind::close, 1, 0}, {Kind::close, 1, 0}}},
        {"more credit than there can be", {hello, {Kind::open, 1, 0}, {Kind::credit, 1, 1}}},
        {"a frame of an unknown kind", {hello, {Kind{77}, 0, 0}}},
    };
    for (const Row& row : rows) {
        Stand stand;
        stand.say(row.frames);
        CHECK(stand.fault() == row.fault);
        CHECK(stand.memory.times_turned_away == 1);
        stand.say({hello, {Kind::open, 9, 0}});    // is not listened to any more
        CHECK(stand.arrived.size() <= 1);
        stand.go();
        CHECK(stand.memory.resets == 1);
        stand.connect();
        CHECK(stand.open());
        stand.settle();
        CHECK(stand.faults.size() == 1);
        stand.leave();
    }
}

TEST_CASE("a guest has so many streams and no more") {
    Stand stand;
    stand.connect();
    for (std::size_t i = 0; i < most_streams; ++i)
        REQUIRE(stand.open());
    CHECK_FALSE(stand.open());
    stand.say({{Kind::open, 60'000, 0}});
    CHECK(stand.fault() == "too many streams");
    stand.leave();
}

TEST_CASE("a guest that sends more than a window holds is turned away, and costs no more than that") {
    Stand stand;
    stand.say({hello, {Kind::open, 1, 0}});
    const std::string piece(8 << 10, 'x');
    for (int i = 0; i < 8; ++i)
        stand.say({{Kind::data, 1, 8 << 10}}, piece);
    CHECK(stand.faults.empty());
    stand.say({{Kind::data, 1, 1}}, "x");
    CHECK(stand.fault() == "more than the window of a stream");
    CHECK(text_of(*stand.arrived[0]).size() == window);
}

TEST_CASE("one stream is opened a turn, so that a guest that opens them in a row does not keep the loop") {
    Stand stand;
    std::vector<Frame> storm{hello};
    for (std::uint16_t i = 0; i < 100; ++i)
        storm.push_back({Kind::open, i, 0});
    std::size_t most = 0, before = 0;
    for (const Frame& frame : storm)
        stand.memory.to_host.write(header_of(frame));
    stand.memory.client = ServerEnd::Client::here;
    stand.memory.tell(stand.memory.host);
    while (stand.loop.poll_one() > 0) {
        most = std::max(most, stand.arrived.size() - before);
        before = stand.arrived.size();
    }
    CHECK(stand.arrived.size() == 100);
    CHECK(most == 1);
}

}    // namespace xm::vchan
