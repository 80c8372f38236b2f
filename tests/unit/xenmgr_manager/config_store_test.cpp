#include "xenmgr/manager/config_store.hpp"

#include "fakes/fake_database.hpp"
#include "fakes/recording_listener.hpp"
#include "xenmgr/config/disk_rows.hpp"
#include "xenmgr/config/host_rows.hpp"
#include "xenmgr/config/vm_properties.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <algorithm>

namespace asio = boost::asio;
using namespace xm;
using namespace xm::xenmgr;

namespace {

const Uuid web = *Uuid::parse("11111111-2222-3333-4444-555555555555");
const std::string node = "/vm/11111111-2222-3333-4444-555555555555/";

class RecordingFollower final : public ChangeFollower {
public:
    explicit RecordingFollower(const StringList& stored) : stored_{stored} {}
    StringList heard;    // "slot before 0", with the number of writes to the database so far

    void about_to_store(const VmChange& change) override { note(change, "before"); }
    void stored(const VmChange& change) override { note(change, "after"); }
    void host_stored(const Change& change) override {
        if (change.effects.autolock_changed) heard.push_back("autolock " + std::to_string(stored_.size()));
    }

private:
    void note(const VmChange& change, const char* when) {
        if (change.change.effects.slot_changed)
            heard.push_back(std::string{"slot "} + when + " " + std::to_string(stored_.size()));
        if (change.change.effects.rpc_rules_changed)
            heard.push_back(std::string{"rules "} + when + " " + std::to_string(stored_.size()));
    }
    const StringList& stored_;
};

struct World {
    World() {
        ConfigTree tree;
        tree.set("uuid", web.text());
        tree.set("config/memory", "512");
        registry.put(web, tree);
    }

    // Empty: it succeeded.
    std::string set(VmProperty property, Value value, ConfigStore::Scope scope = ConfigStore::Scope::one) {
        auto decide = [property, value](const VmView& vm) { return plan_set(vm, property, value); };
        std::string failure;
        asio::co_spawn(loop, store.change(web, scope, decide), [&](const std::exception_ptr& thrown) {
            try {
                if (thrown) std::rethrow_exception(thrown);
            } catch (const std::exception& e) {
                failure = e.what();
            }
        });
        loop.restart();
        loop.run();
        return failure;
    }

    asio::io_context loop;
    fakes::FakeDatabase database;
    fakes::RecordingListener listener;
    Registry registry{[](const Uuid&) { return LiveFacts{}; }};
    RecordingFollower follower{database.log};
    ConfigStore store{loop.get_executor(), database, registry, listener, follower};
};

bool heard(const World& world, const std::string& line) {
    return std::count(world.listener.heard.begin(), world.listener.heard.end(), line) == 1;
}

}    // namespace

TEST_CASE("a change is stored first, then real, then told with what depends on it") {
    World world;
    CHECK(world.set(VmProperty::memory, 1024).empty());
    CHECK(world.database.log == StringList{"write " + node + "config/memory=1024"});
    CHECK(world.registry.tree(web).get("config/memory") == "1024");
    CHECK(heard(world, "properties 11111111 memory memory-min memory-static-max"));
    CHECK(heard(world, "config 11111111"));
}

TEST_CASE("if it cannot be stored nothing changes and nobody hears of it") {
    World world;
    world.database.full = true;
    CHECK(world.set(VmProperty::memory, 1024).find("database_full") != std::string::npos);
    CHECK(world.registry.tree(web).get("config/memory") == "512");
    CHECK(world.listener.heard.empty());
}

TEST_CASE("a value that is there already is neither stored nor told") {
    World world;
    CHECK(world.set(VmProperty::memory, 512).empty());
    CHECK(world.database.log.empty());
    CHECK(world.listener.heard.empty());
}

TEST_CASE("a name is told even if it stays the same") {
    World world;
    world.set(VmProperty::name, std::string{"web"});
    world.set(VmProperty::name, std::string{"web"});
    CHECK(std::count(world.listener.heard.begin(), world.listener.heard.end(), "name 11111111") == 2);
}

TEST_CASE("who follows changes hears of one before and after it is stored, and of one that changes nothing") {
    World world;
    world.set(VmProperty::slot, 3);
    CHECK(world.follower.heard == StringList{"slot before 0", "slot after 1"});
    world.follower.heard.clear();
    world.set(VmProperty::usb_control, false);
    world.set(VmProperty::usb_control, false);
    CHECK(world.follower.heard == StringList{"rules before 1", "rules after 2", "rules before 2", "rules after 2"});
}

TEST_CASE("who follows changes hears of the host's too") {
    World world;
    auto decide = [](const ConfigTree& host) {
        return plan_set(host, HostFacts{}, HostProperty::autolock_cd_drives, false);
    };
    asio::co_spawn(world.loop, world.store.change_host(decide), [](const std::exception_ptr&) {});
    world.loop.run();
    CHECK(world.follower.heard == StringList{"autolock 1"});
}

TEST_CASE("who follows changes does not hear of one that could not be stored as if it were") {
    World world;
    world.database.full = true;
    world.set(VmProperty::slot, 3);
    CHECK(world.follower.heard == StringList{"slot before 0"});
}

TEST_CASE("changes of one VM take turns: each sees what the one before it did") {
    World world;
    world.database.delay = std::chrono::milliseconds{1};
    std::vector<int> ids;
    for (int i = 0; i < 3; ++i) {
        auto decide = [&ids](const VmView& vm) {
            auto added = plan_add_disk(vm.tree);
            ids.push_back(added.id);
            return VmChanges{{vm.uuid, std::move(added.change)}};
        };
        asio::co_spawn(world.loop, world.store.change(web, ConfigStore::Scope::one, decide), [](std::exception_ptr) {});
    }
    world.loop.run();
    CHECK(ids == std::vector<int>{0, 1, 2});
    CHECK(heard(world, "added 11111111 disk 2"));
}

TEST_CASE("what somebody else stored is taken over, and its differences are told") {
    World world;
    ConfigTree tree = world.registry.tree(web);
    tree.set("name", "renamed");
    world.store.adopt(web, tree);
    world.loop.run();
    CHECK(world.registry.tree(web) == tree);
    CHECK(heard(world, "properties 11111111 name"));
    CHECK(world.database.log.empty());
}

TEST_CASE("a VM that does not exist cannot be changed") {
    World world;
    world.registry.erase(web);
    CHECK(world.set(VmProperty::memory, 1).find("no_such_vm") != std::string::npos);
}
