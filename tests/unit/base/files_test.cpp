#include "base/files.hpp"

#include <sys/stat.h>
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace fs = std::filesystem;
using namespace xm;

namespace {

struct Folder {
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "base-files-XXXXXX").string();
        path = ::mkdtemp(pattern.data());
    }
    ~Folder() { fs::remove_all(path); }
    fs::path path;
};

}    // namespace

TEST_CASE("a replaced file has the new content, the asked mode, and nothing is left beside it") {
    const Folder folder;
    const auto file = folder.path / "settings";
    files::replace(file, "old");
    files::replace(file, "new", 0600);
    CHECK(files::read(file) == "new");
    struct stat facts{};
    REQUIRE(::stat(file.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);
    CHECK(std::distance(fs::directory_iterator{folder.path}, fs::directory_iterator{}) == 1);
}

TEST_CASE("a file that cannot be replaced stays as it was, and the failure names the path") {
    const Folder folder;
    const auto file = folder.path / "missing" / "settings";
    CHECK_THROWS_WITH(files::replace(file, "x"), Catch::Contains("missing/settings"));
    CHECK_THROWS_AS(files::read(file), std::system_error);
}

TEST_CASE("a file over the limit is refused") {
    const Folder folder;
    std::ofstream{folder.path / "big"} << std::string(1000, 'x');
    CHECK_THROWS_AS(files::read(folder.path / "big", 999), std::system_error);
    CHECK(files::read(folder.path / "big", 1000).size() == 1000);
}
