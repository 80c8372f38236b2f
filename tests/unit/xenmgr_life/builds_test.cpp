#include "xenmgr/life/builds.hpp"

#include "lives_bench.hpp"

#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

#include <string>

using namespace xm;
using namespace xm::xenmgr;
using namespace xm::xenmgr::test;
namespace asio = boost::asio;

namespace {

// Starts that write down what they do. A build lasts until it is told to end.
struct Site {
    explicit Site(std::chrono::milliseconds usual) : builds{1h, usual} {}

    void start(char name) { asio::co_spawn(loop, build(name), asio::detached); }
    asio::awaitable<void> build(char name) {
        {
            const Builds::Turn turn = co_await builds.take();
            log += name;
            while (!finished.contains(name))
                co_await told.wait();
            log += '.';
        }
        co_await builds.all_done();
        log += static_cast<char>(name - 'a' + 'A');
    }
    void finish(char name) {
        finished.insert(name);
        told.wake();
        settle();
    }
    void settle() {
        loop.restart();
        loop.poll();
    }
    bool comes_to(const std::string& expected) {
        loop.restart();
        for (const auto end = std::chrono::steady_clock::now() + 10s; log != expected;)
            if (loop.run_one_until(end) == 0) return false;
        return true;
    }

    asio::io_context loop{1};
    Builds builds;
    connect::WakeList told;
    std::set<char> finished;
    std::string log;
};

}    // namespace

TEST_CASE("a start that is alone waits for nobody") {
    Site site{1h};
    site.start('a');
    site.settle();
    site.finish('a');
    CHECK(site.log == "a.A");
}

TEST_CASE("domains are built one after another, and run when all are built") {
    Site site{1h};
    for (const char name : {'a', 'b', 'c'})
        site.start(name);
    site.settle();
    CHECK(site.log == "a");
    site.finish('a');
    CHECK(site.log == "a.b");
    site.finish('b');
    CHECK(site.log == "a.b.c");
    site.finish('c');
    CHECK(site.log.substr(0, 6) == "a.b.c.");
    CHECK(site.log.size() == 9);
}

TEST_CASE("a build that hangs is waited for once, and not by those that come later") {
    Site site{30ms};
    site.start('a');
    site.start('b');
    site.settle();
    CHECK(site.log == "a");
    REQUIRE(site.comes_to("ab"));
    site.finish('b');
    CHECK(site.log == "ab.B");
    site.start('c');
    site.settle();
    site.finish('c');
    CHECK(site.log == "ab.Bc.C");
}

TEST_CASE("many builds that hang hold up one that does not for a moment") {
    Site site{50ms};
    for (int i = 0; i < 1000; ++i)
        site.start('h');
    site.finish('z');
    site.start('z');
    CHECK(site.comes_to(std::string(1000, 'h') + "z.Z"));
}

TEST_CASE("several starts of a manager build one after another") {
    Bench bench{vm_a, vm_b};
    bench.monitors[vm_a].hang_start = true;
    const auto first = bench.spawn(bench.lives->start(vm_a));
    bench.run_for(5ms);
    CHECK(bench.run(bench.lives->start(vm_b)) == "");
    CHECK(bench.state(vm_b) == State::running);
    CHECK_FALSE(first->has_value());
}
