#include "dbd/store.hpp"

#include "base/failure.hpp"
#include "dbd/json.hpp"
#include "dbd/lock.hpp"
#include "unit/dbd/scratch.hpp"

#include <catch2/catch.hpp>

#include <fstream>

using namespace xm::dbd;
using Catch::Contains;

namespace {

Tree tree_of(std::string_view json, Changes& changes) {
    Tree tree;
    tree.inject(Path{}, parse_json(json, Path{}), changes);
    return tree;
}

std::string dump(const Tree& tree) { return to_json(&tree.root()); }

// Applies a change to the tree and to the file, and checks that a new process would see the same.
struct Both {
    Scratch scratch;
    Tree tree;
    Store store{scratch / "db.sqlite"};

    template <class Change>
    void apply(Change&& change) {
        Changes changes;
        change(tree, changes);
        store.commit(changes.steps);
        CHECK(dump(Store{scratch / "db.sqlite"}.load()) == dump(tree));
    }
};

void damage(const std::filesystem::path& file, std::streamoff at, std::string_view bytes) {
    std::fstream stream{file, std::ios::binary | std::ios::in | std::ios::out};
    stream.seekp(at);
    stream << bytes;
}

}    // namespace

TEST_CASE("a new database is empty, for its owner only, and complete") {
    const Scratch scratch;
    CHECK(dump(Store{scratch / "db.sqlite"}.load()) == "{ }\n");
    CHECK((std::filesystem::status(scratch / "db.sqlite").permissions() & std::filesystem::perms::all) ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    CHECK_FALSE(std::filesystem::exists(scratch / "db.sqlite.new"));
}

TEST_CASE("what the tree holds comes back from the file, in its order") {
    Both both;
    both.apply([](Tree& tree, Changes& changes) {
        tree.inject(
            Path{},
            parse_json(R"({"z":{"b":"1","a":[1,{"x":2}]},"vm":{"u-2":{},"u":{"n":null,"t":true}},"-":0.5})", Path{}),
            changes);
    });
    both.apply([](Tree& tree, Changes& changes) { tree.write(Path::parse("/vm/u/new/deep"), "x", changes); });
    both.apply([](Tree& tree, Changes& changes) { tree.write(Path::parse("/z/b"), "changed", changes); });
    both.apply([](Tree& tree, Changes& changes) { tree.write(Path::parse("/z/b/below"), "leaf no more", changes); });
    both.apply([](Tree& tree, Changes& changes) { tree.remove(Path::parse("/vm/u/t"), changes); });
    both.apply([](Tree& tree, Changes& changes) {
        tree.inject(Path::parse("/z"), parse_json(R"({"q":{"r":"s"}})", Path::parse("/z")), changes);
    });
    both.apply([](Tree& tree, Changes& changes) {
        Node file{.name = {}, .text = "/config/x", .kind = Kind::binary, .body = new Body};
        file.body->content = std::string{"\0\1bytes", 7};
        tree.inject(Path::parse("/dom-store/u/key"), std::move(file), changes);
    });
    CHECK(Store{both.scratch / "db.sqlite"}.load().find(Path::parse("/dom-store/u/key"))->body->content.size() == 7);
    both.apply([](Tree& tree, Changes& changes) { tree.remove(Path{}, changes); });
}

TEST_CASE("removal of a node leaves its neighbours with similar names") {
    Both both;
    both.apply([](Tree& tree, Changes& changes) {
        tree.inject(Path{}, parse_json(R"({"a":{"x":"1"},"a0":"2","a-b":"3","a.b":{"c":"4"},"ab":"5"})", Path{}),
                    changes);
    });
    both.apply([](Tree& tree, Changes& changes) { tree.remove(Path::parse("/a"), changes); });
}

TEST_CASE("positions go on after a restart") {
    const Scratch scratch;
    for (const char* name : {"/c", "/b", "/a"}) {
        Store store{scratch / "db.sqlite"};
        Tree tree = store.load();
        Changes changes;
        tree.write(Path::parse(name), "x", changes);
        store.commit(changes.steps);
    }
    CHECK(list_names(&Store{scratch / "db.sqlite"}.load().root()) == std::vector<std::string>{"c", "b", "a"});
}

TEST_CASE("files that are not a sound database are refused by name") {
    const Scratch scratch;
    const auto opening = [&] { Store{scratch / "db.sqlite"}.load(); };
    SECTION("an empty file") {
        scratch.write("db.sqlite", "");
        CHECK_THROWS_WITH(opening(), Contains("database_damaged") && Contains("db.sqlite") && Contains("--recover"));
    }
    SECTION("something else") {
        scratch.write("db.sqlite", "{ \"vm\": { } }\n");
        CHECK_THROWS_WITH(opening(), Contains("not an SQLite file"));
    }
    SECTION("a log without its database") {
        scratch.write("db.sqlite-wal", "log");
        CHECK_THROWS_WITH(opening(), Contains("database_damaged") && Contains("write-ahead log"));
    }
    SECTION("a cut file") {
        Changes changes;
        std::string json = "{";
        for (int i = 0; i < 1000; ++i)
            json += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":\"" + std::string(100, 'v') + "\"";
        tree_of(json + "}", changes);
        {
            Store{scratch / "db.sqlite"}.commit(changes.steps);
        }
        std::filesystem::resize_file(scratch / "db.sqlite", 4096 * 5);
        CHECK_THROWS_WITH(opening(), Contains("database_damaged"));
    }
    SECTION("one changed letter in a value") {
        Changes changes;
        tree_of(R"({"name":"a value to be found"})", changes);
        {
            Store{scratch / "db.sqlite"}.commit(changes.steps);
        }
        const auto at = scratch.read("db.sqlite").find("to be found");
        damage(scratch / "db.sqlite", static_cast<std::streamoff>(at), "T");
        CHECK_THROWS_WITH(opening(), Contains("database_damaged") && Contains("/name") && Contains("checksum"));
    }
    SECTION("a row without its parent") {
        {
            Store{scratch / "db.sqlite"}.commit({Row{"/vm/u", 1, Kind::string, "x", {}}});
        }
        CHECK_THROWS_WITH(opening(), Contains("/vm/u") && Contains("parent is missing"));
    }
    SECTION("a newer version") {
        {
            Store{scratch / "db.sqlite"};
        }
        damage(scratch / "db.sqlite", 60, std::string_view{"\0\0\0\2", 4});    // user_version
        CHECK_THROWS_WITH(opening(), Contains("database_version"));
    }
}

TEST_CASE("a second process is told who holds the database") {
    const Scratch scratch;
    const Lock lock{scratch / "db.sqlite"};
    CHECK_THROWS_WITH(Lock{scratch / "db.sqlite"}, Contains("database_in_use") && Contains(std::to_string(::getpid())));
}
