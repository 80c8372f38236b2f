#include "xec/wait.hpp"

#include "base/failure.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::xec;

TEST_CASE("each call of the life cycle has the state that it leads to") {
    CHECK(target_of("start", "").state == "running");
    CHECK(target_of("shutdown", "").state == "stopped");
    CHECK(target_of("sleep", "").state == "asleep");
    CHECK(target_of("reboot", "").leave_first);
    CHECK(target_of("start", "paused").state == "paused");
    CHECK_FALSE(target_of("reboot", "stopped").leave_first);
}

TEST_CASE("a call without a usual state needs one, and it must exist") {
    CHECK_THROWS_AS(target_of("add_disk", ""), Failure);
    CHECK(target_of("add_disk", "running").state == "running");
    CHECK_THROWS_WITH(target_of("start", "runnin"), Catch::Contains("the states are creating, running"));
}

TEST_CASE("a state is reached when it is seen") {
    Progress start{{"running"}};
    CHECK_FALSE(start.reached("creating", 0));
    CHECK(start.reached("running", 0));
}

TEST_CASE("a reboot is over when the VM runs again, not while it still runs") {
    Progress reboot{{"running", true}};
    CHECK_FALSE(reboot.reached("running", 0));
    CHECK_FALSE(reboot.reached("rebooting", 0));
    CHECK_FALSE(reboot.reached("stopped", 5));
    CHECK(reboot.reached("running", 0));
}

TEST_CASE("asleep is running with ACPI state 3, and running means awake") {
    Progress sleep{{"asleep"}};
    CHECK_FALSE(sleep.reached("running", 0));
    CHECK(sleep.reached("running", 3));
    Progress resume{{"running"}};
    CHECK_FALSE(resume.reached("running", 3));
    CHECK(resume.reached("running", 0));
}

TEST_CASE("a locked VM counts as stopped") {
    Progress shutdown{{"stopped"}};
    CHECK(shutdown.reached("locked", 5));
}
