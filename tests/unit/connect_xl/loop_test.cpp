#include "connect/xl/loop.hpp"

#include "base/fd.hpp"

#include <boost/asio/io_context.hpp>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

using namespace xm;
using namespace xm::connect::xl;
using std::chrono::milliseconds;

namespace {

// Plays libxl: wants what the test says, remembers what it was told.
struct Player final : PollSource {
    bool before_poll(int& count, pollfd* list, milliseconds& time) override {
        const auto wanted_count = static_cast<int>(wanted.size());
        const bool room = count >= wanted_count;
        if (room) std::copy(wanted.begin(), wanted.end(), list);
        count = wanted_count;
        time = limit;
        return room;
    }
    void after_poll(const std::vector<pollfd>& found) override {
        told.push_back(found);
        if (on_told) on_told();
    }

    std::vector<pollfd> wanted;
    milliseconds limit{-1};
    std::vector<std::vector<pollfd>> told;
    std::function<void()> on_told;
};

struct Pipe {
    Pipe() {
        int ends[2];
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        reading = Fd{ends[0]};
        writing = Fd{ends[1]};
    }
    void fill() { REQUIRE(::write(writing.get(), "x", 1) == 1); }
    pollfd wanted() const { return {.fd = reading.get(), .events = POLLIN, .revents = 0}; }

    Fd reading;
    Fd writing;
};

struct Stage {
    // Until nothing happens for a moment, which is many turns: the machine may stand still in any one of them.
    void run() {
        context.restart();
        for (int quiet = 0; quiet < 50; ++quiet)
            while (context.run_one_for(milliseconds{1}) > 0)
                quiet = 0;
    }

    boost::asio::io_context context{1};
    Player player;
    Loop loop{context.get_executor(), player};
};

}    // namespace

TEST_CASE("libxl is told of a descriptor that became ready, and only then") {
    Stage stage;
    Pipe pipe;
    stage.player.wanted = {pipe.wanted()};
    stage.player.on_told = [&] {
        char byte = 0;
        CHECK(::read(pipe.reading.get(), &byte, 1) == 1);
    };
    stage.loop.changed();
    stage.run();
    CHECK(stage.player.told.empty());

    pipe.fill();
    stage.run();
    REQUIRE(stage.player.told.size() == 1);
    CHECK(stage.player.told[0][0].revents == POLLIN);
}

TEST_CASE("what libxl left unread is told again") {
    Stage stage;
    Pipe pipe;
    stage.player.wanted = {pipe.wanted()};
    stage.player.on_told = [&] {
        if (stage.player.told.size() == 3) stage.player.wanted.clear();
    };
    pipe.fill();
    stage.loop.changed();
    stage.run();
    CHECK(stage.player.told.size() == 3);
}

TEST_CASE("libxl's descriptors stay blocking") {
    Stage stage;
    Pipe pipe;
    stage.player.wanted = {pipe.wanted()};
    stage.loop.changed();
    stage.run();
    CHECK((::fcntl(pipe.reading.get(), F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("a file on a disk is always ready") {
    Stage stage;
    const Fd file{::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)};
    stage.player.wanted = {{.fd = file.get(), .events = POLLIN, .revents = 0}};
    stage.player.on_told = [&] { stage.player.wanted.clear(); };
    stage.loop.changed();
    stage.run();
    REQUIRE(stage.player.told.size() == 1);
    CHECK((stage.player.told[0][0].revents & POLLIN) != 0);
}

TEST_CASE("libxl is told when its time has come") {
    Stage stage;
    stage.player.limit = milliseconds{20};
    stage.player.on_told = [&] { stage.player.limit = milliseconds{-1}; };
    stage.loop.changed();
    stage.run();
    CHECK(stage.player.told.size() == 1);
}

TEST_CASE("a descriptor's number that means another file by now is waited for anew") {
    Stage stage;
    Pipe first;
    Pipe second;
    stage.player.wanted = {first.wanted()};
    stage.loop.changed();
    stage.run();

    const Fd held_by_a_child{::dup(first.reading.get())};
    REQUIRE(::dup2(second.reading.get(), first.reading.get()) >= 0);
    stage.player.on_told = [&] { stage.player.wanted.clear(); };
    stage.loop.changed();
    stage.run();
    second.fill();
    stage.run();
    CHECK(stage.player.told.size() == 1);
}

TEST_CASE("more descriptors than expected are asked for with more room") {
    Stage stage;
    std::vector<Pipe> pipes(20);
    for (const Pipe& pipe : pipes)
        stage.player.wanted.push_back(pipe.wanted());
    stage.player.on_told = [&] { stage.player.wanted.clear(); };
    pipes.back().fill();
    stage.loop.changed();
    stage.run();
    REQUIRE(stage.player.told.size() == 1);
    CHECK(stage.player.told[0].back().revents == POLLIN);
}

TEST_CASE("libxl hears nothing after the loop's end") {
    boost::asio::io_context context{1};
    Player player;
    Pipe pipe;
    player.wanted = {pipe.wanted()};
    {
        Loop loop{context.get_executor(), player};
        loop.changed();
        context.run_one();
        pipe.fill();
    }
    context.run_for(milliseconds{50});
    CHECK(player.told.empty());
}
