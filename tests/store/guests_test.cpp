#include "store/guest.hpp"
#include "store/host.hpp"

#include <catch2/catch.hpp>

namespace xm::test {
namespace {

using connect::store::Access;
using connect::store::Permissions;

TEST_CASE("a guest reads and writes what it was given, and nothing else", "[guests][played]") {
    Host host;
    Guest guest{host.daemon, 7};
    host.run(host.store.write("/given", "1"));
    host.run(host.store.write("/kept", "2"));
    CHECK(guest.read("/given") == "EACCES");
    const Permissions readable{.owner = 0, .others = Access::none, .entries = {{7, Access::read}}};
    host.run(host.store.set_permissions("/given", readable));
    CHECK(guest.read("/given") == "1");
    CHECK(guest.write("/given", "x") == "EACCES");
    const Permissions writable{.owner = 0, .others = Access::none, .entries = {{7, Access::both}}};
    host.run(host.store.set_permissions("/given", writable));
    CHECK(guest.write("/given", "x") == "OK");
    CHECK(guest.read("/kept") == "EACCES");
    CHECK(host.result_of(host.store.read("/given")) == "x");
}

TEST_CASE("a guest that uses up its quota is told so, and we go on", "[guests][played]") {
    Host host{std::chrono::minutes{3}, {"--entry-nb", "20", "--entry-size", "100"}};
    Guest guest{host.daemon, 7};
    host.run(host.store.write("/data", ""));
    const Permissions writable{.owner = 0, .others = Access::none, .entries = {{7, Access::both}}};
    host.run(host.store.set_permissions("/data", writable));
    CHECK(guest.write("/data/big", std::string(200, 'x')) == "ENOSPC");
    std::string answer;
    int written = 0;
    for (; written < 50 && answer != "ENOSPC"; ++written)
        answer = guest.write("/data/" + std::to_string(written), "x");
    CHECK(answer == "ENOSPC");
    CHECK(written > 5);
    host.run(host.store.write("/data/ours", "x"));
    host.run(host.store.remove("/data"));
}

TEST_CASE("the death of a domain is told to who watches for it", "[guests][played]") {
    Host host;
    Guest guest{host.daemon, 7};
    int deaths = 0;
    const Host::Watch watch{host.store, "@releaseDomain", [&] { ++deaths; }};
    host.until([&] { return deaths == 1; });
    guest.die();
    host.until([&] { return deaths == 2; });
}

TEST_CASE("a node of a guest's own goes with it", "[guests][played]") {
    Host host;
    Guest guest{host.daemon, 7};
    host.run(host.store.write("/its", ""));
    host.run(host.store.set_permissions("/its", {.owner = 7}));
    CHECK(guest.write("/its", "x") == "OK");
    CHECK(host.result_of(host.store.look("/its"))->permissions.owner == 7);
    guest.die();
    host.until([&] { return !host.result_of(host.store.read("/its")); });
}

TEST_CASE("a node is not given to a domain that is not there", "[guests][played]") {
    Host host;
    host.run(host.store.write("/a", ""));
    CHECK_THAT(host.failure_of(host.store.set_permissions("/a", {.owner = 9})), Catch::Contains("No such file"));
}

}    // namespace
}    // namespace xm::test
