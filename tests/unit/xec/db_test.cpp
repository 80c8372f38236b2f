#include "xec/db_commands.hpp"
#include "xec/db_tree.hpp"

#include "base/failure.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::xec;

namespace {

std::string listing(const char* path, const char* json, bool full = false) {
    return tree_listing(path, parse_dump(json), full, [](const std::string& node) { return "read:" + node; });
}

}    // namespace

TEST_CASE("the tree is listed with one blank for each level") {
    CHECK(listing("/vm", R"({"a": {"name": "x", "nics": {"0": {"id": "0"}}}, "b": "y"})") ==
          "vm =\n"
          " a =\n"
          "  name = \"x\"\n"
          "  nics =\n"
          "   0 =\n"
          "    id = \"0\"\n"
          " b = \"y\"\n");
}

TEST_CASE("full paths are listed without indentation") {
    CHECK(listing("/", R"({"a": {"b": "c"}})", true) == "/ =\n/a =\n/a/b = \"c\"\n");
    CHECK(listing("vm//x/", R"({"b": "c"})", true) == "/vm/x =\n/vm/x/b = \"c\"\n");
}

TEST_CASE("the root has no name") { CHECK(listing("/", R"({"a": "b"})") == " =\n a = \"b\"\n"); }

TEST_CASE("leaves show what db-read shows") {
    CHECK(listing("/a/s", "\"text\"") == "s = \"text\"\n");
    CHECK(listing("/a/n", "42") == "n = \"42\"\n");
    CHECK(listing("/a/d", "4.5") == "d = \"read:/a/d\"\n");
    CHECK(listing("/a/b", "true") == "b = \"true\"\n");
    CHECK(listing("/a/l", "[1, 2]") == "l = \"\"\n");
    CHECK(listing("/a/o", "{ }") == "o = \"\"\n");
    CHECK(listing("/a", R"({"bin": null})") == "a =\n bin = \"read:/a/bin\"\n");
}

TEST_CASE("an answer that is no JSON is refused") { CHECK_THROWS_AS(parse_dump("{"), Failure); }

TEST_CASE("a tool's name is its command") {
    CHECK(command_in_program_name("/usr/bin/db-read") == "read");
    CHECK(command_in_program_name("db-ls") == "ls");
    CHECK(command_in_program_name("bin/db-cmd").empty());
    CHECK(command_in_program_name("other").empty());
}

TEST_CASE("options stand before the first word; values may look like options") {
    const char* const arguments[] = {"-f", "--json", "/path", "-q"};
    const auto options = parse_db_options(arguments);
    CHECK(options.full_paths);
    CHECK(options.json);
    CHECK_FALSE(options.quiet);
    CHECK(options.words == Words{"/path", "-q"});
}

TEST_CASE("every command has a row with a usage line and help") {
    for (const auto& row : db_commands()) {
        INFO(row.name);
        CHECK(find_db_command(row.name) == &row);
        CHECK(row.least <= row.most);
        CHECK(db_help().find(row.help) != std::string::npos);
    }
    CHECK(db_usage(*find_db_command("write")) == "usage: db-write PATH VALUE\n");
    CHECK(find_db_command("frob") == nullptr);
}
