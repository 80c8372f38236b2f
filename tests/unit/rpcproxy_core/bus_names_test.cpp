#include "rpcproxy/bus_names.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace xm::rpcproxy {
namespace {

TEST_CASE("the names of an owner are known in both directions") {
    BusNames names;
    names.set("com.example.a", ":1.1");
    names.set("com.example.b", ":1.1");
    names.set("com.example.c", ":1.2");
    CHECK(names.of(":1.1").size() == 2);
    CHECK(std::ranges::count(names.of(":1.1"), "com.example.b") == 1);
    CHECK(names.owner("com.example.c") == ":1.2");
    CHECK(names.holds(":1.2", "com.example.c"));
    CHECK_FALSE(names.holds(":1.1", "com.example.c"));
}

TEST_CASE("of a name or owner that nobody told of, nothing is known") {
    BusNames names;
    CHECK(names.of(":1.1").empty());
    CHECK(names.owner("com.example.a").empty());
    CHECK_FALSE(names.holds("", "com.example.a"));
}

TEST_CASE("a name that changes hands leaves its owner") {
    BusNames names;
    names.set("com.example.a", ":1.1");
    names.set("com.example.b", ":1.1");
    names.set("com.example.a", ":1.2");
    REQUIRE(names.of(":1.1").size() == 1);
    CHECK(names.of(":1.1").front() == "com.example.b");
    CHECK(names.of(":1.2").front() == "com.example.a");
    names.set("com.example.b", "");
    CHECK(names.of(":1.1").empty());
    CHECK(names.owner("com.example.b").empty());
}

TEST_CASE("a name told twice is one name") {
    BusNames names;
    names.set("com.example.a", ":1.1");
    names.set("com.example.a", ":1.1");
    CHECK(names.of(":1.1").size() == 1);
}

TEST_CASE("everything can be forgotten, and told again") {
    BusNames names;
    names.set("com.example.a", ":1.1");
    names.clear();
    CHECK(names.of(":1.1").empty());
    CHECK(names.owner("com.example.a").empty());
    names.set("com.example.a", ":1.3");
    CHECK(names.owner("com.example.a") == ":1.3");
}

TEST_CASE("two processes that serve guests know of each other") {
    BusNames names;
    names.set("com.citrix.xenclient.rpc_proxy", ":1.1");
    names.set("com.citrix.xenclient.rpc_proxy.p100", ":1.1");
    names.set("com.citrix.xenclient.surfman", ":1.2");
    CHECK_FALSE(names.other_proxies());
    names.set("com.citrix.xenclient.rpc_proxy.p99", ":1.3");
    CHECK(names.other_proxies());
    names.set("com.citrix.xenclient.rpc_proxy.p99", "");
    CHECK_FALSE(names.other_proxies());
}

}    // namespace
}    // namespace xm::rpcproxy
