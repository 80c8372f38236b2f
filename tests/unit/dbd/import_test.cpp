#include "dbd/import.hpp"

#include "base/failure.hpp"
#include "dbd/json.hpp"
#include "unit/dbd/scratch.hpp"

#include <catch2/catch.hpp>

using namespace xm::dbd;
using Catch::Contains;

namespace {

std::string imported(const std::filesystem::path& from) { return to_json(&read_tree(from).root()); }

}    // namespace

TEST_CASE("one JSON file is the whole tree") {
    const Scratch scratch;
    scratch.write("tree.json", R"({"vm":{"u":{"name":"one"}},"xenmgr":{"x":"y"}})");
    CHECK(imported(scratch / "tree.json") ==
          "{\n  \"vm\": {\n    \"u\": {\n      \"name\": \"one\"\n    }\n  },\n  \"xenmgr\": {\n    \"x\": \"y\"\n  "
          "}\n}\n");
}

TEST_CASE("the layout in several files becomes one tree") {
    const Scratch scratch;
    scratch.write("db", R"({"db-version":"42"})");
    scratch.write("vms/u1.db", R"({"name":"one"})");
    scratch.write("vms/u2.db", "");
    scratch.write("dom-store/u1.db", R"({"key":"1","sub":"leaf"})");
    scratch.write("dom-store/u1/file.bin", "content");
    scratch.write("dom-store/u1/sub/deep.pem", "-----");
    scratch.write("dom-store/only/x", "bytes");
    const Tree tree = read_tree(scratch.path());
    CHECK(to_json(&tree.root()) ==
          "{\n  \"db-version\": \"42\",\n  \"vm\": {\n    \"u1\": {\n      \"name\": \"one\"\n    },\n    \"u2\": { "
          "}\n  },\n"
          "  \"dom-store\": {\n    \"u1\": {\n      \"key\": \"1\",\n      \"sub\": {\n        \"deep.pem\": null\n    "
          "  },\n"
          "      \"file.bin\": null\n    },\n    \"only\": {\n      \"x\": null\n    }\n  }\n}\n");
    const Node* file = tree.find(Path::parse("/dom-store/u1/file.bin"));
    CHECK(file->kind == Kind::binary);
    CHECK(file->body->content == "content");
    CHECK(read_text(file) == "file:" + (scratch / "dom-store/u1/file.bin").string());
}

TEST_CASE("the remnant of an interrupted write is used if nothing else is there") {
    const Scratch scratch;
    scratch.write("db.tmp", R"({"from":"remnant"})");
    scratch.write("vms/a.db.tmp", R"({"name":"remnant"})");
    scratch.write("vms/b.db", R"({"name":"whole"})");
    scratch.write("vms/b.db.tmp", R"({"name":"half)");
    const Tree tree = read_tree(scratch.path());
    CHECK(read_text(tree.find(Path::parse("/from"))) == "remnant");
    CHECK(read_text(tree.find(Path::parse("/vm/a/name"))) == "remnant");
    CHECK(read_text(tree.find(Path::parse("/vm/b/name"))) == "whole");
    CHECK(list_names(tree.find(Path::parse("/vm"))) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a file that does not parse is named") {
    const Scratch scratch;
    scratch.write("vms/bad.db", R"({"name":)");
    CHECK_THROWS_WITH(read_tree(scratch.path()), Contains("bad_json") && Contains("vms/bad.db"));
}

TEST_CASE("a directory with nothing of a database is refused") {
    const Scratch scratch;
    CHECK_THROWS_WITH(read_tree(scratch.path()), Contains("neither"));
}
