#include "rpcproxy/identity.hpp"

#include "fakes/fake_xenstore.hpp"

#include <catch2/catch.hpp>

namespace xm::rpcproxy {
namespace {

constexpr const char* vm_text = "11111111-2222-3333-4444-555555555555";
constexpr const char* other_text = "99999999-2222-3333-4444-555555555555";
const Uuid seventh = Uuid::parse(vm_text).value();

// A host with domain 7, which is a VM, and domain 8, its stub domain.
struct Host : test::FakeXenstore {
    Host() {
        nodes["/local/domain/7/vm"] = {"/vm/" + std::string{vm_text}};
        nodes["/local/domain/8/vm"] = {"/vm/" + std::string{vm_text}};
        nodes["/local/domain/8/target"] = {"7"};
        nodes["/vm/" + std::string{vm_text} + "/uuid"] = {vm_text};
    }
    Facts of(std::optional<std::uint32_t> domid, GivenIdentity given = {}) {
        return result_of(identify(std::move(given), domid, xenstore));
    }
    bool still_has(const Facts& facts) { return result_of(still_there(facts, xenstore)); }

    connect::store::Store xenstore{executor(), {.socket = socket()}};
};

TEST_CASE("a domain is the VM that xenstore says, and no stub domain") {
    Host host;
    const Facts facts = host.of(7);
    CHECK(facts.domid == 7u);
    CHECK(facts.uuid == seventh);
    CHECK(facts.stubdom == false);
    CHECK_FALSE(facts.type);
    CHECK_FALSE(facts.name);
}

TEST_CASE("a domain with a target is a stub domain") {
    Host host;
    CHECK(host.of(8).stubdom == true);
}

TEST_CASE("nodes that do not belong to domain 0 are not believed") {
    Host host;
    host.nodes["/local/domain/8/target"].owner = 8;
    CHECK(host.of(8).stubdom == false);
    host.nodes["/local/domain/7/vm"].owner = 7;
    CHECK_FALSE(host.of(7).uuid);
    host.nodes["/local/domain/7/vm"].owner = 0;
    host.nodes["/vm/" + std::string{vm_text} + "/uuid"].owner = 7;
    CHECK_FALSE(host.of(7).uuid);
}

TEST_CASE("what xenstore does not tell stays unknown") {
    Host host;
    host.nodes["/local/domain/8/target"].readable = false;
    CHECK_FALSE(host.of(8).stubdom.has_value());
    CHECK_FALSE(host.of(9).uuid);
    host.nodes["/local/domain/7/vm"].value = "vm";
    CHECK_FALSE(host.of(7).uuid);
    host.nodes["/local/domain/7/vm"].value = "/vm/" + std::string{vm_text};
    host.nodes["/vm/" + std::string{vm_text} + "/uuid"].value = "no uuid";
    CHECK_FALSE(host.of(7).uuid);
    host.go_away();
    const Facts facts = host.of(7);
    CHECK(facts.domid == 7u);
    CHECK_FALSE(facts.uuid);
    CHECK_FALSE(facts.stubdom.has_value());
}

TEST_CASE("of a peer without domain nothing is known") {
    Host host;
    const Facts facts = host.of(std::nullopt);
    CHECK_FALSE(facts.domid);
    CHECK_FALSE(facts.uuid);
    CHECK_FALSE(facts.stubdom.has_value());
}

TEST_CASE("domain 0 is not looked up") {
    Host host;
    host.nodes["/local/domain/0/vm"] = {"/vm/" + std::string{vm_text}};
    CHECK(host.of(0).domid == 0u);
    CHECK_FALSE(host.of(0).uuid);
}

TEST_CASE("what the command line gives is not asked for") {
    Host host;
    const Uuid other = Uuid::parse(other_text).value();
    const Facts facts = host.of(8, {.domid = 7, .uuid = other, .stubdom = true, .type = "svm", .name = "web"});
    CHECK(facts.domid == 7u);
    CHECK(facts.uuid == other);
    CHECK(facts.stubdom == true);
    CHECK(facts.type == "svm");
    CHECK(facts.name == "web");
}

TEST_CASE("a peer whose uuid is given is that VM itself, unless xenstore or the command line say otherwise") {
    Host host;
    CHECK(host.of(std::nullopt, {.uuid = seventh}).stubdom == false);
    CHECK(host.of(8, {.uuid = seventh}).stubdom == true);
    CHECK(host.of(std::nullopt, {.uuid = seventh, .stubdom = true}).stubdom == true);
}

TEST_CASE("a domain is still there as long as its number means the same VM") {
    Host host;
    const Facts facts = host.of(7);
    CHECK(host.still_has(facts));
    host.nodes["/local/domain/7/vm"].value = "/vm/" + std::string{other_text};
    host.nodes["/vm/" + std::string{other_text} + "/uuid"] = {other_text};
    CHECK_FALSE(host.still_has(facts));
    host.nodes.erase("/local/domain/7/vm");
    CHECK_FALSE(host.still_has(facts));
}

TEST_CASE("a xenstore that does not answer says nothing about domains") {
    Host host;
    const Facts facts = host.of(7);
    host.nodes["/local/domain/7/vm"].readable = false;
    CHECK(host.still_has(facts));
    host.go_away();
    CHECK(host.still_has(facts));
}

}    // namespace
}    // namespace xm::rpcproxy
