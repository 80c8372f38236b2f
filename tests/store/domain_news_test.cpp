#include "connect/store/domain_news.hpp"
#include "connect/store/domain_nodes.hpp"

#include "store/guest.hpp"
#include "store/host.hpp"
#include "store/toolstack_played.hpp"

#include <catch2/catch.hpp>

namespace xm::test {
namespace {

using namespace connect::store;
using model::PvAddons;
using model::PvDrivers;

const std::string drivers = "/local/domain/7/attr/PVAddons";

// Domain 7, made, and everything that is told of its drivers.
struct DriversHeard {
    DriversHeard() {
        make_toolstack_nodes(host, 7);
        host.run(make_domain_nodes(host.store, {.uuid = vm, .domid = 7}));
        watch.emplace(host.store, 7, [this](const PvDrivers& now) { told.push_back(now); });
    }
    void guest_writes(const std::string& path, const std::string& value) {
        CHECK(guest.write(path, value) == "OK");
        host.settle();
    }
    void hears(std::size_t count) {
        host.until([&] { return told.size() >= count; });
        REQUIRE(told.size() == count);
    }

    Host host;
    Guest guest{host.daemon, 7};
    std::vector<PvDrivers> told;
    std::optional<DriversWatch> watch;
};

void write_version(DriversHeard& heard, const std::vector<std::string>& numbers) {
    const char* names[] = {"MajorVersion", "MinorVersion", "MicroVersion", "BuildVersion"};
    for (std::size_t at = 0; at < numbers.size(); ++at)
        CHECK(heard.guest.write(drivers + "/" + names[at], numbers[at]) == "OK");
}

TEST_CASE("sleep, waking and hibernation are told once each, nonsense not at all", "[nodes][played]") {
    Host host;
    Guest guest{host.daemon, 7};
    make_toolstack_nodes(host, 7);
    host.run(make_domain_nodes(host.store, {.uuid = vm, .domid = 7}));
    std::vector<int> told;
    const PowerWatch power{host.store, 7, [&](int state) { told.push_back(state); }};
    const auto says = [&](const char* node, std::initializer_list<const char*> words, std::size_t times) {
        for (const char* word : words)
            guest.write(std::string{"/local/domain/7/"} + node, word);
        host.until([&] { return told.size() >= times; });    // what is written in between may pass unseen
    };
    says("acpi-state", {"s0", "s3"}, 1);
    says("acpi-state", {"s3", "s9", "S3", "", "s0"}, 2);
    says("power-state", {"4"}, 3);
    CHECK(told == std::vector{3, 0, 4});
}

TEST_CASE("a guest that has drivers says so, with their version", "[nodes][played]") {
    DriversHeard heard;
    write_version(heard, {"7", "0", "12", "40000"});
    heard.guest_writes(drivers + "/Installed", "1");
    heard.hears(1);
    CHECK(heard.told[0] == PvDrivers{.said = PvAddons::installed, .version = "7.0.12.40000"});
}

TEST_CASE("of a guest's words about its drivers nothing but numbers is taken", "[nodes][played]") {
    const std::vector<std::vector<std::string>> versions = {{"7", "0", "1"},
                                                            {"7", "0", "1", "x"},
                                                            {"7", "0", "1", "-2"},
                                                            {"7", "0", "1", "2.5"},
                                                            {"7", "0", "1", std::string(200, '9')},
                                                            {"7", "0", "1", ""},
                                                            {"7", "0", "1", "2\n"}};
    for (const auto& version : versions) {
        DriversHeard heard;
        write_version(heard, version);
        heard.guest_writes(drivers + "/Installed", "1");
        heard.hears(1);
        CHECK(heard.told[0] == PvDrivers{.said = PvAddons::installed});
    }
}

TEST_CASE("drivers are there if the node says 1, and gone if the other one does", "[nodes][played]") {
    DriversHeard heard;
    for (const char* nonsense : {"", "0", "yes", "11"})
        heard.guest_writes(drivers + "/Installed", nonsense);
    CHECK(heard.guest.write(drivers + "Uninstalled", "1") == "OK");
    heard.hears(1);
    CHECK(heard.told[0] == PvDrivers{.said = PvAddons::removed});
    heard.guest_writes(drivers + "/Installed", "1");
    heard.hears(2);
    CHECK(heard.told[1].said == PvAddons::installed);
    CHECK(heard.guest.remove(drivers) == "OK");
    heard.hears(3);
    CHECK(heard.told[2].said == PvAddons::removed);
}

TEST_CASE("a guest that changes its mind for ever is not listened to any longer", "[nodes][played]") {
    DriversHeard heard;
    for (std::size_t turn = 1; turn <= 16; ++turn) {
        heard.guest_writes(drivers + (turn % 2 ? "/Installed" : "Uninstalled"), "1");
        if (turn % 2 == 0) CHECK(heard.guest.remove(drivers) == "OK");
        heard.hears(turn);
    }
    heard.guest_writes(drivers + "/Installed", "1");
    for (int turn = 0; turn < 5; ++turn)
        heard.host.settle();
    CHECK(heard.told.size() == 16);
}

TEST_CASE("what a guest's agent said elsewhere is written for it", "[nodes][played]") {
    DriversHeard heard;
    heard.host.run(announce_drivers(heard.host.store, 7, {.said = PvAddons::installed, .version = "7.0.0.1"}));
    heard.hears(1);
    CHECK(heard.told[0] == PvDrivers{.said = PvAddons::installed, .version = "7.0.0.1"});
    CHECK(heard.guest.read(drivers + "/MicroVersion") == "0");
    heard.host.run(announce_drivers(heard.host.store, 7, {.said = PvAddons::removed}));
    heard.hears(2);
    CHECK(heard.told[1].said == PvAddons::removed);
    CHECK(heard.guest.read(drivers + "/Installed") == "ENOENT");
    heard.host.run(announce_drivers(heard.host.store, 7, {.said = PvAddons::installed}));
    heard.hears(3);
    CHECK(heard.told[2] == PvDrivers{.said = PvAddons::installed});
}

TEST_CASE("nothing is written for a domain that is not there", "[nodes]") {
    Host host;
    host.run(announce_drivers(host.store, 4711, {.said = PvAddons::installed, .version = "7.0.0.1"}));
    CHECK_FALSE(host.result_of(host.store.read("/local/domain/4711")));
}

TEST_CASE("a guest that has booted writes to its sentinel, which is told once", "[nodes][played]") {
    Host host;
    Guest guest{host.daemon, 7}, other{host.daemon, 8};
    make_toolstack_nodes(host, 7);
    const NodeOwner domain{.uuid = vm, .domid = 7, .sentinel = "booted"};
    host.run(make_domain_nodes(host.store, domain));
    int told = 0;
    const SentinelWatch watch{host.store, domain, [&](bool) { ++told; }};
    CHECK(host.result_of(host.store.look("/local/domain/7/booted"))->permissions.text() == "n0,b7");
    CHECK(other.write("/local/domain/7/booted", "1") == "EACCES");
    CHECK(other.read("/local/domain/7/booted") == "EACCES");
    CHECK(guest.write("/local/domain/7/booted", "") == "OK");
    host.settle();
    CHECK(told == 0);
    for (const char* word : {"up", "and more"})
        CHECK(guest.write("/local/domain/7/booted", word) == "OK");
    host.until([&] { return told > 0; });
    host.settle();
    CHECK(told == 1);
}

TEST_CASE("a sentinel is one new node, whatever its name is said to be", "[nodes][played]") {
    Host host;
    const Guest guest{host.daemon, 7};
    make_toolstack_nodes(host, 7);
    const auto before = host.result_of(host.store.list("/local/domain/7"));
    for (const char* name : {"vm", "bsgdev", "acpi-state", "a/b", "..", "a b", "a\nb"}) {
        CHECK_THAT(host.failure_of(make_domain_nodes(host.store, {.uuid = vm, .domid = 7, .sentinel = name})),
                   Catch::Contains("sentinel"));
        CHECK(host.result_of(host.store.list("/local/domain/7")) == before);
    }
    CHECK_THAT(
        host.failure_of(make_domain_nodes(host.store, {.uuid = vm, .domid = 7, .sentinel = std::string(65, 'a')})),
        Catch::Contains("sentinel"));
    remove_toolstack_nodes(host, 7);
}

TEST_CASE("a domain with argo has both ends of its device, and none is left afterwards", "[nodes][played]") {
    Host host;
    Guest guest{host.daemon, 7}, other{host.daemon, 8};
    make_toolstack_nodes(host, 7);
    host.run(make_domain_nodes(host.store, {.uuid = vm, .domid = 7, .argo = true}));
    const std::string front = "/local/domain/7/device/argo/0", back = "/local/domain/0/backend/argo/7/0";
    const auto node = [&](const std::string& path) {
        const auto found = host.result_of(host.store.look(path));
        return found ? found->value + " " + found->permissions.text() : "none";
    };
    CHECK(node(front + "/backend") == back + " n7,r0");
    CHECK(node(front + "/backend-id") == "0 n7,r0");
    CHECK(node(front + "/state") == "1 n7,r0");
    CHECK(node(back + "/frontend") == front + " n0");
    CHECK(node(back + "/frontend-id") == "7 n0");
    CHECK(node(back + "/state") == "0 n0");
    CHECK(guest.write(front + "/state", "4") == "OK");
    CHECK(guest.write(back + "/state", "4") == "EACCES");
    CHECK(other.write(front + "/state", "4") == "EACCES");
    remove_toolstack_nodes(host, 7);
    remove_domain_nodes(host.store, 7);
    CHECK(node("/local/domain/0/backend/argo/7") == "none");
}

TEST_CASE("a domain without argo and sentinel has neither", "[nodes][played]") {
    Host host;
    const Guest guest{host.daemon, 7};
    make_toolstack_nodes(host, 7);
    host.run(make_domain_nodes(host.store, {.uuid = vm, .domid = 7}));
    CHECK_FALSE(host.result_of(host.store.read("/local/domain/7/device")));
    CHECK_FALSE(host.result_of(host.store.read("/local/domain/0/backend/argo/7")));
}

}    // namespace
}    // namespace xm::test
