#include "connect/store/appears.hpp"
#include "fakes/log_text.hpp"
#include "store/host.hpp"

#include <sys/resource.h>
#include <catch2/catch.hpp>

namespace xm::test {
namespace {

using connect::store::Session;
using connect::store::StoreAway;
using Milliseconds = std::chrono::milliseconds;

TEST_CASE("where there is no xenstore a request fails at once", "[away][played]") {
    Host host;
    host.daemon.kill();
    CHECK_THROWS_AS(host.result_of(host.store.read("/a")), StoreAway);
    std::filesystem::remove_all(host.daemon.folder());
    CHECK_THAT(host.failure_of(host.store.write("/a", "")), Catch::Contains("there is no xenstore"));
    host.store.post("a value", [](Session& session) { session.write("/a", ""); });
    CHECK_THROWS_AS(host.result_of(host.store.read("/a")), StoreAway);
}

TEST_CASE("a request to a xenstore that was restarted is made on a new connection", "[away][played]") {
    Host host;
    for (int round = 0; round < 3; ++round) {
        host.run(host.store.write("/a", "1"));
        host.daemon.kill();
        host.daemon.start();
        CHECK_FALSE(host.result_of(host.store.read("/a")));
    }
}

TEST_CASE("that a xenstore which is watched has gone, and is back, is in the log", "[away][played]") {
    const test::LogText log;
    Host host;
    int calls = 0;
    const Host::Watch watch{host.store, "/a", [&] { ++calls; }};
    host.until([&] { return calls == 1; });
    host.daemon.kill();
    host.until([&] { return log.has("xenstore has gone socket=" + host.daemon.socket()); });
    host.daemon.start();
    host.until([&] { return log.has("xenstore is back"); });
    host.until([&] { return calls == 2; });
}

TEST_CASE("without inotify nothing is told, and nothing breaks", "[away][played]") {
    boost::asio::io_context loop;
    const connect::store::Appears hears{loop.get_executor(), "/nowhere/socket", [] {}};
    CHECK(hears.hears());
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    const connect::store::Appears deaf{loop.get_executor(), "/nowhere/socket", [] {}};
    ::setrlimit(RLIMIT_NOFILE, &before);
    CHECK_FALSE(deaf.hears());
    loop.poll();
}

TEST_CASE("a xenstore that hangs costs a request its deadline, and the loop nothing", "[away][played]") {
    Host host;
    host.run(host.store.write("/a", "1"));
    host.daemon.stop();
    int turns = 0;
    for (int round = 0; round < 20 && turns <= 2; ++round) {    // the machine may stand still itself
        Host::Store hasty{host.loop.get_executor(), {.socket = host.daemon.socket(), .limit = Milliseconds{200}}};
        const auto begin = std::chrono::steady_clock::now();
        std::string failure;
        bool ended = false;
        boost::asio::co_spawn(host.loop, hasty.write("/a", "2"), [&](std::exception_ptr thrown) {
            try {
                std::rethrow_exception(thrown);
            } catch (const std::exception& what) {
                failure = what.what();
            }
            ended = true;
        });
        for (turns = 0; !ended; ++turns)
            host.run_for(Milliseconds{5});
        CHECK_THAT(failure, Catch::Contains("no answer within 200 ms"));
        CHECK(std::chrono::steady_clock::now() - begin >= Milliseconds{190});
    }
    CHECK(turns > 2);
    host.daemon.go_on();
}

TEST_CASE("what has not begun at its deadline is not done", "[away][played]") {
    Host host;
    host.run(host.store.write("/a", "1"));
    {
        Host::Store hasty{host.loop.get_executor(), {.socket = host.daemon.socket(), .limit = Milliseconds{100}}};
        host.daemon.stop();
        CHECK(host.failure_of(hasty.write("/begun", "")) != "");
        CHECK(host.failure_of(hasty.write("/a", "2")) != "");
        host.daemon.go_on();
    }
    CHECK(host.result_of(host.store.read("/a")) == "1");
}

TEST_CASE("a xenstore that hangs does not hold up our end", "[away][played]") {
    Host host;
    host.daemon.stop();
    const auto begin = std::chrono::steady_clock::now();
    {
        Host::Store hung{host.loop.get_executor(), {.socket = host.daemon.socket(), .limit = Milliseconds{50}}};
        const Host::Watch watch{hung, "/a", [] {}};
        CHECK(host.failure_of(hung.write("/a", "2")) != "");
    }
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{20});
    host.daemon.go_on();
}

}    // namespace
}    // namespace xm::test
