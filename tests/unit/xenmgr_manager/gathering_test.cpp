#include "xenmgr/manager/gathering.hpp"

#include "base/failure.hpp"
#include "base/files.hpp"
#include "fakes/scratch_dir.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <exception>

using namespace xm;
using namespace xm::xenmgr;
using namespace std::chrono_literals;

namespace {

struct GatheringWorld {
    test::ScratchDir scratch;
    boost::asio::io_context loop;
    Gathering gathering{loop.get_executor(), scratch.path()};
    bool closed = false;

    void close_after(std::size_t files, std::chrono::seconds time) {
        boost::asio::co_spawn(loop, gathering.close_after(files, time), [this](std::exception_ptr) { closed = true; });
        loop.poll();
    }
    std::string refusal(const std::string& name, const std::string& data) {
        try {
            gathering.put(name, data);
        } catch (const Failure& failure) {
            return std::string{failure.info().symbol};
        }
        return "taken";
    }
};

}    // namespace

TEST_CASE("what a guest hands in during a gathering is in its directory") {
    GatheringWorld world;
    const auto directory = world.gathering.open();
    world.gathering.put("dmesg.txt", "48690a");
    CHECK(files::read(directory / "dmesg.txt") == "Hi\n");
    CHECK((std::filesystem::status(directory).permissions() & std::filesystem::perms::others_all) ==
          std::filesystem::perms::none);
}

TEST_CASE("outside of a gathering nothing is taken") {
    GatheringWorld world;
    CHECK(world.refusal("a", "00") == "not_gathering_diagnostics");
    world.gathering.open();
    world.close_after(0, 1s);
    CHECK(world.closed);
    CHECK(world.refusal("a", "00") == "not_gathering_diagnostics");
}

TEST_CASE("a gathering ends with the last file that is waited for") {
    GatheringWorld world;
    world.gathering.open();
    world.close_after(2, 3600s);
    world.gathering.put("one", "01");
    world.loop.poll();
    CHECK_FALSE(world.closed);
    world.gathering.put("two", "02");
    world.loop.poll();
    CHECK(world.closed);
}

TEST_CASE("a gathering ends when its time is over") {
    GatheringWorld world;
    world.gathering.open();
    world.close_after(1, 0s);
    world.loop.run();
    CHECK(world.closed);
}

TEST_CASE("a second gathering waits for the end of the first") {
    GatheringWorld world;
    world.gathering.open();
    CHECK_THROWS_AS(world.gathering.open(), Failure);
}

TEST_CASE("names that lead elsewhere and data that is no hexadecimal text are refused") {
    GatheringWorld world;
    world.gathering.open();
    for (const auto* name : {"", ".", "..", "../x", "a/b", "/etc/passwd", ".hidden", "a b", "a\n", "\xc3\xa4"})
        CHECK(world.refusal(name, "00") == "bad_value");
    for (const auto* data : {"0", "0g", "+1", " 1", "0x"})
        CHECK(world.refusal("name", data) == "bad_value");
    CHECK(world.refusal("empty", "") == "taken");
}
