#include "dbd/path.hpp"

#include "base/failure.hpp"

#include <catch2/catch.hpp>

using Catch::Contains;
using xm::Failure;
using xm::dbd::Path;

TEST_CASE("leading, trailing and doubled slashes do not matter") {
    CHECK(Path::parse("//vm///a/").text() == "/vm/a");
    CHECK(Path::parse("vm/a").text() == "/vm/a");
    CHECK(Path::parse("").is_root());
    CHECK(Path::parse("///").is_root());
    CHECK(Path::parse("/").shown() == "/");
}

TEST_CASE("dots have no special meaning") {
    CHECK(Path::parse("/vm/../x/./y").text() == "/vm/../x/./y");
    CHECK(Path::parse("/vm/../x").parts() == std::vector<std::string_view>{"vm", "..", "x"});
}

TEST_CASE("a path contains itself and what is below it, not its neighbours") {
    const Path vm = Path::parse("/vm");
    CHECK(vm.contains(vm));
    CHECK(vm.contains(Path::parse("/vm/a")));
    CHECK_FALSE(vm.contains(Path::parse("/vms")));
    CHECK_FALSE(vm.contains(Path::parse("/")));
    CHECK(Path{}.contains(vm));
}

TEST_CASE("paths that the tree cannot hold are refused by name") {
    const std::string deep = [] {
        std::string path;
        for (int i = 0; i < 33; ++i)
            path += "/d";
        return path;
    }();
    std::string wide;
    for (int i = 0; i < 6; ++i)
        wide += "/" + std::string(200, 'w');
    CHECK_THROWS_WITH(Path::parse("/vm/a\nb"), Contains("bad_path") && Contains("/vm/a\\x0ab") && Contains("control"));
    CHECK_THROWS_WITH(Path::parse(std::string_view{"/vm/a\0b", 7}), Contains("\\x00"));
    CHECK_THROWS_WITH(Path::parse("/vm/\x7f"), Contains("control"));
    CHECK_THROWS_WITH(Path::parse("/vm/\xc3"), Contains("UTF-8") && Contains("/vm/\\xc3"));
    CHECK_THROWS_WITH(Path::parse("/vm/" + std::string(201, 'n')), Contains("200 bytes"));
    CHECK_THROWS_WITH(Path::parse(deep), Contains("32 levels"));
    CHECK_THROWS_WITH(Path::parse(wide), Contains("1024 bytes"));
    CHECK_NOTHROW(Path::parse("/vm/" + std::string(200, 'n')));
    CHECK_NOTHROW(Path::parse(deep.substr(2)));
    CHECK_NOTHROW(
        Path::parse("/gr\xc3\xbc\xc3\x9f"
                    "e/\xf0\x9f\x96\xa5"));
}

TEST_CASE("values may hold newlines but neither NUL nor broken UTF-8, and have a limit") {
    const Path path = Path::parse("/vm/a");
    CHECK_NOTHROW(check_value(path, "-----BEGIN-----\n\ttext\n"));
    CHECK_NOTHROW(check_value(path, std::string(xm::dbd::Limits::value, 'x')));
    CHECK_THROWS_WITH(check_value(path, std::string(xm::dbd::Limits::value + 1, 'x')),
                      Contains("/vm/a") && Contains("1 MiB"));
    CHECK_THROWS_WITH(check_value(path, std::string_view{"a\0", 2}), Contains("NUL"));
    CHECK_THROWS_WITH(check_value(path, "\xed\xa0\x80"), Contains("UTF-8"));
    CHECK_THROWS_WITH(check_value(path, "\xc0\xaf"), Contains("UTF-8"));
    CHECK_THROWS_WITH(check_value(path, "\xf4\x90\x80\x80"), Contains("UTF-8"));
}
