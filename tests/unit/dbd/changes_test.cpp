#include "dbd/changes.hpp"

#include <catch2/catch.hpp>

using xm::dbd::summary;
using Paths = std::vector<std::string>;

TEST_CASE("repeated paths and paths below others are told once") {
    CHECK(summary({"/b", "/a/x", "/b", "/a"}) == Paths{"/a", "/b"});
    CHECK(summary({"/a-b", "/a/x", "/a"}) == Paths{"/a", "/a-b"});
    CHECK(summary({"/a", "/ab", "/a0"}).size() == 3);
    CHECK(summary({}).empty());
}

TEST_CASE("a change of everything is the root") { CHECK(summary({"/vm/u", ""}) == Paths{"/"}); }

TEST_CASE("many paths collapse to the subtree that has them all") {
    Paths many;
    Paths scattered;
    for (int i = 0; i < 100; ++i) {
        many.push_back("/vm/u/config/" + std::to_string(i));
        scattered.push_back("/" + std::to_string(i));
    }
    CHECK(summary(many, 64) == Paths{"/vm/u/config"});
    CHECK(summary(many, 100).size() == 100);
    CHECK(summary(scattered, 64) == Paths{"/"});
    CHECK(summary({"/vm/ab/x", "/vm/ac/y"}, 1) == Paths{"/vm"});
}
