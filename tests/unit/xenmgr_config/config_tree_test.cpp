#include "xenmgr/config/config_tree.hpp"

#include "base/failure.hpp"
#include "gen/errors.hpp"
#include "unit/xenmgr_config/host_of_vms.hpp"
#include "xenmgr/config/json_tree.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::xenmgr;
using test::tree_of;

TEST_CASE("a key that was set is read back, one that was not is absent") {
    const auto tree = tree_of({{"config/memory", "1024"}, {"name", "a"}});
    CHECK(tree.get("config/memory") == "1024");
    CHECK(tree.get("name") == "a");
    CHECK_FALSE(tree.get("config").has_value());
    CHECK_FALSE(tree.get("config/memory/x").has_value());
    CHECK(tree.get_or("config/vcpus", "1") == "1");
}

TEST_CASE("children are listed as people count: numbers in order, then words") {
    const auto tree =
        tree_of({{"l/10", "j"}, {"l/9", "i"}, {"l/x", "w"}, {"l/1/deep", "a"}, {"l/a", "v"}, {"lx/3", "no"}});
    CHECK(tree.children("l") == std::vector<std::string_view>{"1", "9", "10", "a", "x"});
    CHECK(tree.ids("l") == std::vector<int>{1, 9, 10});
    CHECK(tree.list("l") == StringList{"i", "j", "v", "w"});
    CHECK(tree.children("nothing").empty());
    CHECK(tree.children("") == std::vector<std::string_view>{"l", "lx"});
}

TEST_CASE("a hyphen or dot beside a slash does not confuse subtrees") {
    const auto tree = tree_of({{"a/b", "1"}, {"a-b", "2"}, {"a.b", "3"}, {"a/c/d", "4"}});
    CHECK(tree.children("a") == std::vector<std::string_view>{"b", "c"});
    CHECK(tree.below("a").size() == 2);
    CHECK(tree.get("a-b") == "2");
}

TEST_CASE("a leaf has nothing below it") {
    auto tree = tree_of({{"a", "leaf"}});
    tree.set("a/b", "1");
    CHECK_FALSE(tree.has("a"));
    tree.set("a", "leaf again");
    CHECK_FALSE(tree.has("a/b"));
    CHECK(tree.get("a") == "leaf again");
}

TEST_CASE("erasing a subtree takes the key and all below, and no neighbour") {
    auto tree = tree_of({{"d/1/path", "p"}, {"d/10/path", "q"}, {"d/1-x", "r"}, {"e", "s"}});
    tree.erase_subtree("d/1");
    CHECK(tree == tree_of({{"d/10/path", "q"}, {"d/1-x", "r"}, {"e", "s"}}));
    tree.erase_subtree("e");
    CHECK_FALSE(tree.has("e"));
}

TEST_CASE("a change carries out its removals first") {
    auto tree = tree_of({{"l/0", "a"}, {"l/1", "b"}, {"x", "1"}});
    Change change;
    change.remove("l").write("l/0", "c");
    tree.apply(change);
    CHECK(tree == tree_of({{"l/0", "c"}, {"x", "1"}}));
}

TEST_CASE("overlaying lets the second tree win, leaf over subtree and subtree over leaf") {
    auto tree = tree_of({{"a/b", "1"}, {"a/c", "2"}, {"d", "3"}, {"e/f", "4"}});
    tree.overlay(tree_of({{"a/b", "9"}, {"d/x", "8"}, {"e", "7"}}));
    CHECK(tree == tree_of({{"a/b", "9"}, {"a/c", "2"}, {"d/x", "8"}, {"e", "7"}}));
}

TEST_CASE("a subtree has keys of its own") {
    const auto tree = tree_of({{"p/x/y", "1"}, {"p/z", "2"}, {"q", "3"}});
    CHECK(tree.subtree("p") == tree_of({{"x/y", "1"}, {"z", "2"}}));
}

TEST_CASE("new ids follow the highest one") {
    CHECK(next_id(tree_of({}), "d") == 0);
    CHECK(next_id(tree_of({}), "d", 1) == 1);
    CHECK(next_id(tree_of({{"d/0/x", ""}, {"d/7/x", ""}}), "d") == 8);
    CHECK(next_id(tree_of({{"d/0/x", ""}}), "d", 1) == 1);
}

TEST_CASE("of equal keys in a list of entries the last one counts") {
    const auto entry = [](std::string_view k, std::string_view v) {
        return ConfigTree::Entry{SharedText{k}, SharedText{v}};
    };
    CHECK(ConfigTree{{entry("a", "1"), entry("b", "2"), entry("a", "3")}} == tree_of({{"a", "3"}, {"b", "2"}}));
}

TEST_CASE("shared texts are given back when nobody mentions them any more") {
    const auto before = SharedText::distinct();
    {
        const auto tree = tree_of({{"unique-key-1", "unique-value-1"}, {"unique-key-2", "unique-value-1"}});
        const auto copy = tree;
        CHECK(SharedText::distinct() == before + 3);
        CHECK(copy == tree);
    }
    CHECK(SharedText::distinct() == before);
}

TEST_CASE("a dump of all VMs becomes one tree each") {
    const auto store = load_vms(R"({
        "00000000-0000-0000-0000-000000000001": {"name": "a\/b", "config": {"memory": "1024", "disk": {"0": {"path": "p"}}}},
        "00000000-0000-0000-0000-000000000002": {},
        "not-a-uuid": {"name": "x"},
        "00000000-0000-0000-0000-00000000000A": {"name": "upper case"}
    })");
    REQUIRE(store.vms.size() == 2);
    const auto& first = store.vms.at(*Uuid::parse("00000000-0000-0000-0000-000000000001"));
    CHECK(first == tree_of({{"name", "a/b"}, {"config/memory", "1024"}, {"config/disk/0/path", "p"}}));
    CHECK(store.vms.at(*Uuid::parse("00000000-0000-0000-0000-000000000002")).entries().empty());
    CHECK(store.ignored == std::vector<std::string>{"not-a-uuid", "00000000-0000-0000-0000-00000000000A"});
}

TEST_CASE("a dump of everything is split into VMs and host, without the guests' own stores") {
    const auto store = load_store(R"({
        "xenmgr": {"isos": "/isos", "autostart": true},
        "vm": {"00000000-0000-0000-0000-000000000001": {"name": "a"}},
        "dom-store": {"00000000-0000-0000-0000-000000000001": {"secret": "x"}},
        "vm-create-disallowed": "true"
    })");
    CHECK(store.vms.size() == 1);
    CHECK(store.host ==
          tree_of({{"xenmgr/isos", "/isos"}, {"xenmgr/autostart", "true"}, {"vm-create-disallowed", "true"}}));
}

TEST_CASE("no database is no VM, and nodes without text are absent") {
    CHECK(load_vms("null").vms.empty());
    const auto store =
        load_vms(R"({"00000000-0000-0000-0000-000000000001": {"a": null, "b": ["x", {"y": "z"}], "c": 5, "d": 1.5}})");
    CHECK(store.vms.begin()->second == tree_of({{"c", "5"}, {"d", "1.5"}}));
}

TEST_CASE("a dump of one VM reads like its part of a dump of all") {
    CHECK(load_tree(R"({"name": "a", "gone": null, "config": {"l": ["x"], "empty": {}, "memory": 5}})") ==
          tree_of({{"name", "a"}, {"config/memory", "5"}}));
    CHECK(load_tree("null").size() == 0);
    CHECK(test::failure_of([] { load_tree("{"); }) == "bad_json");
}

TEST_CASE("broken JSON is refused with its position") {
    CHECK(test::failure_of([] { load_vms(R"({"a": )"); }) == "bad_json");
    CHECK(test::failure_of([] { load_vms("{} x"); }) == "bad_json");
    CHECK(test::failure_of([] { parse_tree("", errors::bad_json, "json"); }) == "bad_json");
}

TEST_CASE("an object from outside may hold numbers and booleans, but no arrays, nulls or names with slashes") {
    const auto parse = [](std::string_view json) { return parse_tree(json, errors::bad_json, "json"); };
    CHECK(parse(R"({"a": 1, "b": {"c": true, "d": -2.5}})") == tree_of({{"a", "1"}, {"b/c", "true"}, {"b/d", "-2.5"}}));
    for (const auto json : {R"({"a": null})", R"({"a": ["b"]})", R"("text")", "[]", "null", R"({"a/b": "c"})",
                            R"({"": "c"})", R"({"a": {"/": "c"}})"})
        CHECK(test::failure_of([&] { parse(json); }) == "bad_json");
}

TEST_CASE("an object from outside is neither deeper nor has longer names than the database allows") {
    const auto nested = [](int depth) {
        std::string json = "\"x\"";
        for (int i = 0; i < depth; ++i)
            json = "{\"a\": " + json + "}";
        return json;
    };
    CHECK(parse_tree(nested(28), errors::bad_json, "json").size() == 1);
    CHECK(test::failure_of([&] { parse_tree(nested(29), errors::bad_json, "json"); }) == "bad_json");
    CHECK(test::failure_of([&] { parse_tree(nested(50'000), errors::bad_json, "json"); }) == "bad_json");
    const auto named = [](std::string name) { return "{\"" + name + "\": \"x\"}"; };
    CHECK(parse_tree(named(std::string(200, 'n')), errors::bad_json, "json").size() == 1);
    CHECK(test::failure_of([&] { parse_tree(named(std::string(201, 'n')), errors::bad_json, "json"); }) == "bad_json");
    CHECK(test::failure_of([&] { parse_tree(named("a\\nb"), errors::bad_json, "json"); }) == "bad_json");
}

TEST_CASE("JSON text of a tree reads back as the same tree") {
    const auto tree = tree_of({{"a/b/0", "x\"y\\z\n"}, {"a/b/1", "ü"}, {"c", ""}});
    CHECK(parse_tree(to_json(tree), errors::bad_json, "json") == tree);
    CHECK(to_json(ConfigTree{}) == "{}");
}
