#include "dbd/tree.hpp"

#include "base/failure.hpp"
#include "dbd/json.hpp"

#include <catch2/catch.hpp>

using namespace xm::dbd;
using Catch::Contains;
using Names = std::vector<std::string>;

namespace {

// A tree with short words for what the tests do to it.
struct Sample {
    Tree tree;
    Changes changes;

    explicit Sample(std::string_view json = "{}") { inject("/", json); }
    void write(const char* path, const char* value) { tree.write(Path::parse(path), value, changes); }
    void rm(const char* path) { tree.remove(Path::parse(path), changes); }
    void inject(const char* path, std::string_view json) {
        tree.inject(Path::parse(path), parse_json(json, Path::parse(path)), changes);
    }
    void add_file(const char* path, const char* file, const char* content) {
        Node node{.name = {}, .text = file, .kind = Kind::binary, .body = new Body};
        node.body->content = content;
        tree.inject(Path::parse(path), std::move(node), changes);
    }
    const Node* at(const char* path) const { return tree.find(Path::parse(path)); }
    std::string read(const char* path) const { return read_text(at(path)); }
    Names list(const char* path) const { return list_names(at(path)); }
    std::string dump(const char* path) const { return to_json(at(path)); }
};

}    // namespace

TEST_CASE("a write creates missing parents and goes last among its siblings") {
    Sample sample;
    sample.write("/vm/b/name", "two");
    sample.write("/vm/a/name", "one");
    sample.write("vm/b/name/", "zwei");
    CHECK(sample.read("/vm/b/name") == "zwei");
    CHECK(sample.list("/vm") == Names{"b", "a"});
    CHECK(sample.list("/") == Names{"vm"});
}

TEST_CASE("a write on an interior node is ignored") {
    Sample sample{R"({"vm":{"a":{"name":"one"}}})"};
    sample.changes = {};
    sample.write("/vm/a", "gone");
    sample.write("/", "gone");
    CHECK(sample.read("/vm/a/name") == "one");
    CHECK(sample.changes.steps.empty());
    CHECK(sample.changes.paths.empty());
}

TEST_CASE("a write below a leaf replaces the leaf and keeps its place") {
    Sample sample{R"({"x":"leaf","y":"after"})"};
    sample.write("/x/deep/er", "value");
    CHECK(sample.read("/x") == "");
    CHECK(sample.read("/x/deep/er") == "value");
    CHECK(sample.list("/") == Names{"x", "y"});
}

TEST_CASE("a write of what is there already changes nothing") {
    Sample sample{R"({"x":"same","n":1})"};
    sample.changes = {};
    sample.write("/x", "same");
    CHECK(sample.changes.steps.empty());
    sample.write("/n", "1");    // a number becomes a string: that is a change
    CHECK(sample.changes.paths == Names{"/n"});
    CHECK(sample.dump("/n") == "\"1\"\n");
}

TEST_CASE("reading: strings as they are, other scalars as JSON, everything else empty") {
    const Sample sample{R"({"s":"text","b":true,"i":-42,"f":1.5,"a":[1,2],"o":{"x":"y"},"n":null})"};
    CHECK(sample.read("/s") == "text");
    CHECK(sample.read("/b") == "true");
    CHECK(sample.read("/i") == "-42");
    CHECK(sample.read("/f") == "1.500000");
    CHECK(sample.read("/a") == "");
    CHECK(sample.read("/o") == "");
    CHECK(sample.read("/n") == "");
    CHECK(sample.read("/absent") == "");
    CHECK(sample.read("/s/below/leaf") == "");
}

TEST_CASE("lists are in stored order and empty for leaves and absent nodes") {
    const Sample sample{R"({"z":{"3":"","1":"","2":""},"leaf":"x"})"};
    CHECK(sample.list("/z") == Names{"3", "1", "2"});
    CHECK(sample.list("/leaf").empty());
    CHECK(sample.list("/absent").empty());
}

TEST_CASE("leaves, interior nodes without children and empty nodes exist") {
    const Sample sample{R"({"leaf":"","inner":{},"none":null})"};
    CHECK(sample.at("/leaf") != nullptr);
    CHECK(sample.at("/inner") != nullptr);
    CHECK(sample.at("/none") != nullptr);
    CHECK(sample.at("/absent") == nullptr);
}

TEST_CASE("removal takes the whole subtree and leaves the parent as an empty interior node") {
    Sample sample{R"({"vm":{"a":{"x":{"y":"1"}}},"other":"2"})"};
    sample.rm("/vm/a");
    CHECK(sample.at("/vm/a/x/y") == nullptr);
    CHECK(sample.dump("/vm") == "{ }\n");
    CHECK(sample.read("/other") == "2");
}

TEST_CASE("removal of an absent path changes nothing") {
    Sample sample{R"({"a":{"none":null}})"};
    sample.changes = {};
    sample.rm("/a/b/c");
    sample.rm("/a/b");
    CHECK(sample.changes.steps.empty());
    CHECK(sample.at("/a/none") != nullptr);
}

TEST_CASE("removal of the root removes everything") {
    Sample sample{R"({"a":{"b":"c"},"d":"e"})"};
    sample.rm("/");
    CHECK(sample.dump("/") == "{ }\n");
}

TEST_CASE("empty nodes disappear with the next removal under the same parent") {
    Sample sample{R"({"a":{"none":null,"x":"1","y":"2","deeper":{"none":null}}})"};
    sample.rm("/a/x");
    CHECK(sample.list("/a") == Names{"y", "deeper"});
    CHECK(sample.at("/a/deeper/none") != nullptr);
}

TEST_CASE("an empty node can be written and written below") {
    Sample sample{R"({"a":null,"b":null})"};
    sample.write("/a", "leaf");
    sample.write("/b/c", "below");
    CHECK(sample.read("/a") == "leaf");
    CHECK(sample.read("/b/c") == "below");
}

TEST_CASE("inject replaces what was there, in its place, and does not merge") {
    Sample sample{R"({"a":{"old":"1"},"b":"2"})"};
    sample.inject("/a", R"({"new":{"x":"y"}})");
    CHECK(sample.dump("/") == "{\n  \"a\": {\n    \"new\": {\n      \"x\": \"y\"\n    }\n  },\n  \"b\": \"2\"\n}\n");
    sample.inject("/a", "\"leaf\"");
    CHECK(sample.read("/a") == "leaf");
    sample.inject("/c/d", "[]");
    CHECK(sample.dump("/c/d") == "[]\n");
    sample.inject("/c/d/e", "null");
    CHECK(sample.dump("/c") == "{\n  \"d\": {\n    \"e\": null\n  }\n}\n");
}

TEST_CASE("the root stays an object") {
    Sample sample{R"({"a":"1"})"};
    CHECK_THROWS_WITH(sample.inject("/", "\"leaf\""), Contains("bad_json"));
    CHECK_THROWS_WITH(sample.inject("/", "[1]"), Contains("root"));
    CHECK(sample.read("/a") == "1");
}

TEST_CASE("binary nodes read as their file, dump as null, and are not changed by requests") {
    Sample sample{R"({"store":{"x":"1"}})"};
    sample.add_file("/store/key", "/config/dom-store/u/key", "bytes");
    CHECK(sample.read("/store/key") == "file:/config/dom-store/u/key");
    CHECK(sample.dump("/store/key") == "null\n");
    CHECK(sample.at("/store/key")->body->content == "bytes");
    sample.changes = {};
    CHECK_THROWS_WITH(sample.write("/store/key", "x"), Contains("binary_node") && Contains("/store/key"));
    CHECK_THROWS_WITH(sample.write("/store/key/below", "x"), Contains("binary_node"));
    CHECK_THROWS_WITH(sample.inject("/store/key", "{}"), Contains("binary_node"));
    CHECK_THROWS_WITH(sample.inject("/store/key/below", "{}"), Contains("binary_node"));
    CHECK_THROWS_WITH(sample.rm("/store/key"), Contains("binary_node"));
    CHECK(sample.changes.steps.empty());
    sample.rm("/store");    // a VM's whole domstore can go
    CHECK(sample.at("/store") == nullptr);
}

TEST_CASE("a copy of a tree is a snapshot that later changes do not touch") {
    Sample sample{R"({"vm":{"a":{"name":"one"},"b":{"name":"two"}}})"};
    const Tree before = sample.tree;
    sample.write("/vm/a/name", "changed");
    sample.rm("/vm/b");
    sample.inject("/vm/c", "{}");
    CHECK(read_text(before.find(Path::parse("/vm/a/name"))) == "one");
    CHECK(list_names(before.find(Path::parse("/vm"))) == Names{"a", "b"});
    CHECK(sample.read("/vm/a/name") == "changed");
}
