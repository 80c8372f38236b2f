// The firewall's requests to a real xenstored, through the guard before it.

#include "connect/store/domain_identity.hpp"
#include "store/guest.hpp"
#include "store/host.hpp"
#include "storeguard/door.hpp"

#include <catch2/catch.hpp>

namespace xm::test {
namespace {

using connect::store::Access;
using connect::store::Permissions;

const std::string uuid_text = "5eed0000-0000-4000-8000-000000000001";

// Two ways to one xenstored: as root has it, and as the firewall does.
struct Guarded : Host {
    storeguard::Door door{loop.get_executor(), storeguard::listen_at(guard()), daemon.socket()};

    std::string guard() const { return (daemon.folder() / "guard").string(); }
    connect::store::StoreSettings through() const { return {.socket = guard(), .limit = std::chrono::minutes{3}}; }
};

TEST_CASE("through the guard it is known which VM a domain is", "[guard][played]") {
    Guarded host;
    const Guest guest{host.daemon, 7};
    host.run(host.store.write("/local/domain/7/vm", "/vm/" + uuid_text));
    host.run(host.store.write("/vm/" + uuid_text + "/uuid", uuid_text));
    Host::Store store{host.loop.get_executor(), host.through()};
    const auto identity = host.result_of(connect::store::identity_of(store, 7));
    CHECK(identity.vm == Uuid::parse(uuid_text));
    CHECK_FALSE(identity.stubdom);
    CHECK(host.result_of(store.list("/local/domain")) == StringList{"7"});
}

TEST_CASE("through the guard the death of a domain is heard", "[guard][played]") {
    Guarded host;
    const Guest guest{host.daemon, 7};
    host.settle();
    Host::Store store{host.loop.get_executor(), host.through()};
    int deaths = 0;
    const Host::Watch watch{store, "@releaseDomain", [&] { ++deaths; }};
    host.until([&] { return deaths == 1; });
    guest.die();
    host.until([&] { return deaths == 2; });
}

TEST_CASE("through the guard a xenstore that was started again is watched", "[guard][played]") {
    Guarded host;
    host.settle();
    Host::Store store{host.loop.get_executor(), host.through()};
    int deaths = 0;
    const Host::Watch watch{store, "@releaseDomain", [&] { ++deaths; }};
    host.until([&] { return deaths == 1; });
    host.daemon.kill();
    host.daemon.start();
    host.until([&] { return deaths == 2; });    // it is told of each new watch once
}

TEST_CASE("through the guard a domain is told where its vchan is", "[guard][played]") {
    Guarded host;
    Guest guest{host.daemon, 7};
    host.settle();
    Host::Store store{host.loop.get_executor(), host.through()};
    const std::string path = "/local/domain/7/xenmgr-bus";
    host.run(store.transact([path](Host::Session& session) {
        session.write(path + "/ring-ref", "12");
        const Permissions its_to_read{.owner = 0, .entries = {{7, Access::read}}};
        session.set_permissions(path + "/ring-ref", its_to_read);
        session.set_permissions(path, its_to_read);
    }));
    CHECK(guest.read(path + "/ring-ref") == "12");
    CHECK(guest.write(path + "/ring-ref", "13") == "EACCES");
}

TEST_CASE("whoever asks the guard for more is cut off, and nothing is written", "[guard][played]") {
    Guarded host;
    host.settle();
    Host::Store store{host.loop.get_executor(), {.socket = host.guard(), .limit = std::chrono::milliseconds{500}}};
    CHECK(host.failure_of(store.write("/local/domain/0/taken", "1")) != "");
    CHECK_FALSE(host.result_of(host.store.read("/local/domain/0/taken")));
    CHECK(host.result_of(store.list("/local/domain")).empty());
}

}    // namespace
}    // namespace xm::test
