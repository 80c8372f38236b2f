#include "store/host.hpp"

#include <catch2/catch.hpp>

namespace xm::test {
namespace {

using connect::store::Access;
using connect::store::Permissions;
using connect::store::Session;

TEST_CASE("what is written is read, until it is removed", "[requests]") {
    Host host;
    const std::string binary{"one\0two", 7};
    CHECK_FALSE(host.result_of(host.store.read(host.at("a/b"))));
    host.run(host.store.write(host.at("a/b"), binary));
    CHECK(host.result_of(host.store.read(host.at("a/b"))) == binary);
    CHECK(host.result_of(host.store.read(host.at("a"))) == "");
    host.run(host.store.remove(host.at("a")));
    CHECK_FALSE(host.result_of(host.store.read(host.at("a/b"))));
    host.run(host.store.remove(host.at("a")));
    host.run(host.store.remove(host.at("never/was")));
}

TEST_CASE("children are listed by name; a node that is not there has none", "[requests]") {
    Host host;
    for (const char* name : {"2", "1", "10"})
        host.run(host.store.write(host.at(name), name));
    auto names = host.result_of(host.store.list(host.root));
    std::ranges::sort(names);
    CHECK(names == StringList{"1", "10", "2"});
    CHECK(host.result_of(host.store.list(host.at("nothing"))).empty());
}

TEST_CASE("more children than fit into one answer are listed", "[requests]") {
    Host host;
    host.run(host.store.transact([root = host.root](Session& session) {
        for (int at = 0; at < 300; ++at)
            session.write(root + "/a-node-with-a-long-name-" + std::to_string(at), "");
    }));
    CHECK(host.result_of(host.store.list(host.root)).size() == 300);
}

TEST_CASE("a node says whose it is and who may do what", "[requests]") {
    Host host;
    const Permissions given{.owner = 0, .others = Access::read, .entries = {{0, Access::both}}};
    host.run(host.store.write(host.at("a"), "x"));
    CHECK(host.result_of(host.store.look(host.at("a")))->permissions.text() == "n0");
    host.run(host.store.set_permissions(host.at("a"), given));
    const auto node = host.result_of(host.store.look(host.at("a")));
    CHECK(node->value == "x");
    CHECK(node->permissions == given);
    CHECK(node->permissions.text() == "r0,b0");
    CHECK_FALSE(host.result_of(host.store.look(host.at("b"))));
}

TEST_CASE("a request that cannot be says which node and why", "[requests]") {
    Host host;
    CHECK_THAT(host.failure_of(host.store.write("no path", "x")),
               Catch::Contains("no path") && Catch::Contains("not a path"));
    CHECK_THAT(host.failure_of(host.store.write(host.at("a"), std::string(5000, 'x'))),
               Catch::Contains(host.at("a")) && Catch::Contains("longer than xenstore allows"));
    CHECK_THAT(host.failure_of(host.store.set_permissions(host.at("none"), {})), Catch::Contains("No such file"));
}

TEST_CASE("a transaction is all or nothing", "[requests]") {
    Host host;
    host.run(host.store.transact([&host](Session& session) {
        session.write(host.at("a"), "1");
        session.write(host.at("b"), "2");
    }));
    CHECK(host.result_of(host.store.read(host.at("b"))) == "2");
    CHECK_THAT(host.failure_of(host.store.transact([&host](Session& session) {
        session.write(host.at("a"), "3");
        session.write("no path", "");
    })),
               Catch::Contains("no path"));
    CHECK(host.result_of(host.store.read(host.at("a"))) == "1");
}

TEST_CASE("a transaction that others disturb is made again", "[requests]") {
    Host host{std::chrono::minutes{3}};
    Host::Store other{host.loop.get_executor(), {.socket = host.daemon.socket(), .limit = std::chrono::minutes{3}}};
    host.run(host.store.write(host.at("count"), "0"));
    const auto count_up = [path = host.at("count")](Session& session) {
        session.write(path, std::to_string(std::stoi(*session.read(path)) + 1));
    };
    int ended = 0;
    for (int turn = 0; turn < 50; ++turn)
        for (Host::Store* store : {&host.store, &other})
            boost::asio::co_spawn(host.loop, store->transact(count_up), [&](std::exception_ptr failure) {
                CHECK_FALSE(failure);
                ++ended;
            });
    host.until([&] { return ended == 100; });
    CHECK(host.result_of(host.store.read(host.at("count"))) == "100");
}

TEST_CASE("a transaction that is always disturbed is given up", "[requests]") {
    Host host;
    int turns = 0;
    const auto disturbed = [&](Session& session) {
        const std::string path = host.at("a"), seen = session.read(path).value_or("");
        ++turns;
        host.daemon.write_beside(path, "other " + std::to_string(turns));
        session.write(path, seen + "x");
    };
    CHECK_THAT(host.failure_of(host.store.transact(disturbed)), Catch::Contains("others changed the same nodes"));
    CHECK(turns > 10);
}

TEST_CASE("what nobody waits for is done in its order", "[requests]") {
    Host host;
    for (const char* value : {"1", "2", "3"})
        host.store.post("a value", [path = host.at("a"), value](Session& session) { session.write(path, value); });
    CHECK(host.result_of(host.store.read(host.at("a"))) == "3");
}

TEST_CASE("what was asked for before the end is still done", "[requests]") {
    Host host;
    {
        Host::Store brief{host.loop.get_executor(), {.socket = host.daemon.socket()}};
        brief.post("the last word", [path = host.at("a")](Session& session) { session.write(path, "said"); });
    }
    host.until([&] { return host.result_of(host.store.read(host.at("a"))) == "said"; });
}

}    // namespace
}    // namespace xm::test
