#include "xenmgr/manager/live_changes.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::xenmgr;

TEST_CASE("the NICs that move are those whose network is written") {
    Change change;
    CHECK(moved_nics(change).empty());
    change.write("config/nic/3/network", "/internal")
        .write("config/nic/12/network", "/wifi/0/shared")
        .write("config/nic/4/model", "e1000")
        .write("config/nic/x/network", "/internal")
        .write("config/nic/network", "/internal")
        .write("config/disk/1/path", "/network");
    CHECK(moved_nics(change) == std::vector<int>{12, 3});
}
