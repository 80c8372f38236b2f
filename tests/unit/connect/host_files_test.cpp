#include "connect/host_files.hpp"

#include "fakes/scratch_dir.hpp"

#include <catch2/catch.hpp>

#include <fstream>

using namespace xm;

TEST_CASE("what is mounted is told from what is only there") {
    const connect::LocalFiles files;
    const test::ScratchDir dir;
    CHECK(files.is_mounted("/"));
    CHECK(files.is_mounted("/proc"));
    CHECK_FALSE(files.is_mounted("/pro"));
    CHECK_FALSE(files.is_mounted(""));
    CHECK_FALSE(files.is_mounted(dir.path()));
}

TEST_CASE("a folder is no file") {
    const connect::LocalFiles files;
    const test::ScratchDir dir;
    std::ofstream{dir.file("image")} << "x";
    CHECK(files.exists(dir.file("image")));
    CHECK_FALSE(files.exists(dir.path()));
    CHECK_FALSE(files.exists(dir.file("nothing")));
}
