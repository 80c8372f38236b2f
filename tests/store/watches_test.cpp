#include "store/host.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

namespace xm::test {
namespace {

using connect::store::Session;
using connect::store::StoreAway;

TEST_CASE("a watch calls once at its beginning, and whenever something at or below its node changes", "[watches]") {
    Host host;
    int calls = 0;
    const Host::Watch watch{host.store, host.at("a"), [&] { ++calls; }};
    host.until([&] { return calls == 1; });
    const auto changes = [&](auto work) {
        const int before = calls;
        host.run(std::move(work));
        host.until([&] { return calls > before; });
    };
    changes(host.store.write(host.at("a"), "1"));
    changes(host.store.write(host.at("a/b/c"), "2"));
    changes(host.store.remove(host.at("a")));
    const int before = calls;
    host.run(host.store.write(host.at("beside"), "3"));
    host.settle();
    CHECK(calls == before);
}

TEST_CASE("a watch that has ended does not call", "[watches]") {
    Host host;
    int calls = 0, others = 0;
    auto watch = std::make_unique<Host::Watch>(host.store, host.at("a"), [&] { ++calls; });
    const Host::Watch other{host.store, host.at("a"), [&] { ++others; }};
    host.until([&] { return calls == 1 && others == 1; });
    watch.reset();
    host.run(host.store.write(host.at("a"), "1"));
    host.until([&] { return others == 2; });
    CHECK(calls == 1);
}

TEST_CASE("a watch may end itself from its call", "[watches]") {
    Host host;
    std::unique_ptr<Host::Watch> watch;
    int calls = 0;
    watch = std::make_unique<Host::Watch>(host.store, host.at("a"), [&] {
        ++calls;
        watch.reset();
    });
    host.until([&] { return calls == 1; });
    host.run(host.store.write(host.at("a"), "1"));
    host.settle();
    CHECK(calls == 1);
}

TEST_CASE("a node that changes without end is one piece of news at a time", "[watches]") {
    Host host;
    int calls = 0;
    const Host::Watch watch{host.store, host.at("a"), [&] { ++calls; }};
    host.until([&] { return calls == 1; });
    for (int at = 0; at < 200; ++at)
        host.daemon.write_beside(host.at("a"), std::to_string(at));
    host.settle();
    host.until([&] { return calls >= 2; });
    CHECK(calls < 50);
}

// Wake-ups of the threads beside ours: the worker and the library's reader.
long wake_ups() {
    long count = 0;
    for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
        if (task.path().filename() == std::to_string(::getpid())) continue;
        std::ifstream status{task.path() / "status"};
        for (std::string word; status >> word;)
            if (long value = 0; word == "voluntary_ctxt_switches:" && status >> value) count += value;
    }
    return count;
}

// Whether a time comes in which nobody wakes up for four seconds, once what went before is over. The last of that comes
// three seconds after a xenstored that took one more connection while it ended.
bool becomes_calm() {
    long count = -1;
    for (int turn = 0, calm = 0; turn < 120; ++turn) {
        const long now = wake_ups();
        calm = now == count ? calm + 1 : 0;
        count = now;
        if (calm == 8) return count > 0;
        std::this_thread::sleep_for(std::chrono::milliseconds{500});
    }
    return false;
}

TEST_CASE("a watch costs nothing while nothing happens, with a xenstore and without", "[watches][played]") {
    Host host;
    int calls = 0;
    const Host::Watch watch{host.store, host.at("a"), [&] { ++calls; }};
    host.until([&] { return calls == 1; });
    host.settle();
    CHECK(becomes_calm());
    host.daemon.kill();
    CHECK(becomes_calm());
}

TEST_CASE("watches are renewed when xenstore is restarted, and call again", "[watches][played]") {
    Host host;
    int calls = 0, others = 0;
    const Host::Watch watch{host.store, host.at("a"), [&] { ++calls; }};
    const Host::Watch other{host.store, "@releaseDomain", [&] { ++others; }};
    host.until([&] { return calls == 1 && others == 1; });
    for (int round = 1; round < 4; ++round) {
        host.daemon.kill();
        host.daemon.start();
        host.until([&] { return calls == 2 * round && others == round + 1; });
        host.run(host.store.write(host.at("a"), "1"));
        host.until([&] { return calls == 2 * round + 1; });
    }
}

TEST_CASE("a xenstore that comes later is found, even if its folder is not there yet", "[watches][played]") {
    Host host;
    host.daemon.kill();
    std::filesystem::remove_all(host.daemon.folder());
    int calls = 0;
    const Host::Watch watch{host.store, host.at("a"), [&] { ++calls; }};
    CHECK_THROWS_AS(host.run(host.store.write(host.at("a"), "1")), StoreAway);
    CHECK(calls == 0);
    host.daemon.start();
    host.until([&] { return calls == 1; });
    host.run(host.store.write(host.at("a"), "1"));
    host.until([&] { return calls == 2; });
}

}    // namespace
}    // namespace xm::test
