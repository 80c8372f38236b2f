#include "xenmgr/config/creation.hpp"

#include "unit/xenmgr_config/host_of_vms.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::xenmgr;
using test::failure_of;
using test::HostOfVms;
using test::tree_of;

TEST_CASE("a VM without template and input has a fresh uuid, a name and the first free slot") {
    HostOfVms host;
    host.add(1, {{"slot", "1"}});
    host.add(2, {{"slot", "2"}, {"type", "ndvm"}});
    host.add(3, {{"slot", "3"}, {"type", "pvm"}});
    const auto vm = plan_create({}, {}, host);
    CHECK(vm.tree == tree_of({{"uuid", vm.uuid.text()},
                              {"seamless-id", vm.uuid.text()},
                              {"name", "name-" + vm.uuid.text()},
                              {"slot", "2"}}));
    CHECK(plan_create({}, {}, host).uuid != vm.uuid);
}

TEST_CASE("the tenth user VM finds no slot, unless it brings one or needs none") {
    HostOfVms host;
    for (int i = 1; i <= 9; ++i)
        host.add(i, {{"slot", std::to_string(i)}});
    CHECK(failure_of([&] { plan_create({}, {}, host); }) == "too_many_vms");
    CHECK(plan_create(tree_of({{"slot", "-1"}}), {}, host).tree.get("slot") == "-1");
    CHECK(plan_create({}, {.json = R"({"slot": 3})"}, host).tree.get("slot") == "3");
    CHECK_FALSE(plan_create({}, {.allocate_slot = false}, host).tree.has("slot"));
}

TEST_CASE("JSON from the caller is laid over the template, with numbers and booleans as text") {
    HostOfVms host;
    const auto vm = plan_create(tree_of({{"config/memory", "512"}, {"config/vcpus", "1"}}),
                                {.json = R"({"config": {"memory": 2048, "acpi": true}, "name": "desk"})"}, host);
    CHECK(vm.tree.get("config/memory") == "2048");
    CHECK(vm.tree.get("config/acpi") == "true");
    CHECK(vm.tree.get("config/vcpus") == "1");
    CHECK(vm.tree.get("name") == "desk");
}

TEST_CASE("JSON from the caller is checked like a property set") {
    HostOfVms host;
    const auto refusal = [&](std::string json) {
        return failure_of([&] { plan_create({}, {.json = std::move(json), .reach = Reach::full}, host); });
    };
    CHECK(refusal("[]") == "bad_json");
    CHECK(refusal(R"({"a": null})") == "bad_json");
    CHECK(refusal(R"({"config": {"memory": "much"}})") == "bad_value");
    CHECK(refusal(R"({"config": {"memory": -5}})") == "bad_value");
    CHECK(refusal(R"({"config": {"virt-type": "xen"}})") == "bad_value");
    CHECK(refusal(R"({"os": "beos"})") == "unknown_os");
    CHECK(refusal(R"({"name": "a\nkernel='x'"})") == "bad_value");
    CHECK(refusal(R"({"config": {"disk": {"0": {"path": "/a','b"}}}})") == "bad_value");
    CHECK(refusal(R"({"config": {"extra-xenvm": {"0": "a\nb"}}})") == "bad_value");
    CHECK(refusal(R"({"config": {"extra-xenvm": {"0": "a='b'"}}})").empty());
    CHECK(refusal("  \n").empty());
}

TEST_CASE("on the restricted interface JSON cannot say what the VM may do") {
    HostOfVms host;
    const std::string json =
        R"({"run-pre-boot": "/bin/x", "rpc-firewall-rules": {"0": "allow"}, "policies": {"cd-access": "true"},
        "argo-firewall-rules": {"0": "myself -> 0"}, "config": {"extra-xenvm": {"0": "x"}, "extra-hvm": {"0": "y"}, "nx": "true"}})";
    const auto base = tree_of({{"policies/cd-access", "false"}});
    const auto restricted = plan_create(base, {.json = json}, host).tree;
    CHECK(restricted.get("policies/cd-access") == "false");
    CHECK(restricted.get("config/nx") == "true");
    for (const auto key : {"run-pre-boot", "rpc-firewall-rules/0", "argo-firewall-rules/0", "config/extra-xenvm/0",
                           "config/extra-hvm/0"})
        CHECK_FALSE(restricted.has(key));
    const auto full = plan_create(base, {.json = json, .reach = Reach::full}, host).tree;
    CHECK(full.get("policies/cd-access") == "true");
    CHECK(full.get("run-pre-boot") == "/bin/x");
}

TEST_CASE("a uuid is taken from the request, else from the configuration, and must be free and real") {
    HostOfVms host;
    host.add(1);
    const auto with = [](Uuid uuid) { return "{\"uuid\": \"" + uuid.text() + "\"}"; };
    CHECK(plan_create({}, {.json = with(test::uuid_of(5))}, host).uuid == test::uuid_of(5));
    CHECK(plan_create({}, {.json = with(test::uuid_of(5)), .uuid = test::uuid_of(6)}, host).uuid == test::uuid_of(6));
    CHECK(failure_of([&] { plan_create({}, {.uuid = test::uuid_of(1)}, host); }) == "uuid_in_use");
    CHECK(failure_of([&] { plan_create(tree_of({{"uuid", test::uuid_of(1).text()}}), {}, host); }) == "uuid_in_use");
    CHECK(failure_of([&] { plan_create({}, {.json = R"({"uuid": "x"})"}, host); }) == "invalid_uuid");
    CHECK(failure_of([&] { plan_create({}, {.uuid = Uuid{}}, host); }) == "invalid_uuid");
}

TEST_CASE("what the caller passes explicitly wins over the template") {
    HostOfVms host;
    const auto base = tree_of({{"name", "from template"}, {"description", "d"}, {"image_path", "i"}});
    const auto plain = plan_create(base, {}, host).tree;
    CHECK(plain.get("name") == "from template");
    const auto given = plan_create(base, {.name = " mine ", .description = "e", .image_path = "j"}, host).tree;
    CHECK(given.get("name") == "mine");
    CHECK(given.get("description") == "e");
    CHECK(given.get("image_path") == "j");
    CHECK(failure_of([&] { plan_create(base, {.name = "it's"}, host); }) == "bad_value");
}

TEST_CASE("a child is made without slot and may change its parent") {
    HostOfVms host;
    const auto parent = host.add(1, {{"name", "p"}, {"config/disk/0/path", "/d"}, {"config/disk/0/sha1sum", "abc"}});
    const auto result = plan_create_child(tree_of({{"type", "helper"},
                                                   {"parent-override/config/nic/0/backend-uuid", "${UUID}"},
                                                   {"parent-override/note", "${PARENT_UUID}-${UUID}-${UUID}"}}),
                                          host.view(parent));
    CHECK_FALSE(result.child.tree.has("slot"));
    REQUIRE(result.new_parent);
    const auto child = result.child.uuid.text();
    CHECK(result.new_parent->get("config/nic/0/backend-uuid") == child);
    CHECK(result.new_parent->get("note") == parent.text() + "-" + child + "-" + child);
    CHECK(result.new_parent->get("name") == "p");
    CHECK(result.new_parent->get("config/disk/0/sha1sum") == "abc");
    CHECK_FALSE(plan_create_child(tree_of({{"type", "helper"}}), host.view(parent)).new_parent);
}

TEST_CASE("service VMs are active by the host's settings") {
    CHECK(is_active_service("ndvm-hvm", {}));
    CHECK_FALSE(is_active_service("ndvm-pv", {}));
    CHECK(is_active_service("ndvm-pv", tree_of({{"xenmgr/ndvm-mode", "pv"}})));
    CHECK_FALSE(is_active_service("usbvm", {}));
    CHECK(is_active_service("usbvm", tree_of({{"xenmgr/usbvm-enable", "true"}})));
    CHECK(is_active_service("uivm", {}));
}

TEST_CASE("service VMs are configured anew at each start, unless the administrator keeps the stored ones") {
    HostOfVms host;
    const auto uuid = test::uuid_of(2).text();
    const std::map<std::string, ConfigTree> templates = {
        {"ndvm-hvm", tree_of({{"uuid", uuid}, {"config/disk/0/path", "/n"}, {"config/memory", "192"}})},
        {"ndvm-pv", tree_of({{"uuid", uuid}})},
    };
    const auto keep = tree_of({{"xenmgr/overwrite-ndvm-settings", "false"}});
    auto plan = plan_service_vms(templates, keep, host);
    REQUIRE(plan.size() == 1);
    CHECK(plan.front().tag == "ndvm-hvm");
    CHECK(plan.front().write.has_value());    // it did not exist

    host.add(2, {{"config/memory", "999"}, {"config/disk/0/sha1sum", "abc"}, {"config/disk/1/sha1sum", "old disk"}});
    CHECK_FALSE(plan_service_vms(templates, keep, host).front().write.has_value());
    plan = plan_service_vms(templates, {}, host);
    REQUIRE(plan.front().write);
    CHECK(plan.front().write->get("config/memory") == "192");
    CHECK(plan.front().write->get("config/disk/0/sha1sum") == "abc");
    CHECK_FALSE(plan.front().write->has_below("config/disk/1"));
    CHECK(failure_of([&] { plan_service_vms({{"x", tree_of({{"name", "x"}})}}, {}, host); }) == "bad_template");
}
