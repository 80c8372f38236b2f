#include "rpcproxy/lint.hpp"

#include <catch2/catch.hpp>

#include <fmt/format.h>

using namespace xm::rpcproxy;

namespace {

std::vector<std::string> found(std::string_view text) {
    const Parsed parsed = parse_rules(text, "F");
    REQUIRE_FALSE(parsed.error);
    std::vector<std::string> lines;
    for (const Finding& finding : lint(parsed.rules))
        lines.push_back(to_string(finding));
    return lines;
}

struct Row {
    const char* rules;
    const char* finding;    // begins so
};

}    // namespace

TEST_CASE("rules that say what they look like are not mentioned") {
    CHECK(found("deny all\n"
                "allow destination com.x interface com.x.I\n"
                "allow stubdom true destination com.y interface com.y.I member m\n"
                "deny inc-method-call destination com.x interface com.x.I member n\n"
                "allow out-signal sender com.x interface com.x.I\n"
                "allow out-method-call\n"
                "deny out-signal member secret\n"
                "allow destination com.z interface com.z.I member m if-boolean p true\n"
                "allow destination org.freedesktop.DBus interface org.freedesktop.DBus member GetNameOwner\n"
                "allow inc-signal interface com.guest.I\n"
                "allow inc-method-return\n")
              .empty());
}

TEST_CASE("a rule that by itself is not what it looks like is mentioned") {
    const Row rows[] = {
        {"allow all", "F:1: wider than it looks: opens every service on the bus: name destination"},
        {"allow", "F:1: wider than it looks: opens every service"},
        {"allow if-boolean p true", "F:1: wider than it looks: opens every service"},
        {"allow interface com.x.I", "F:1: wider than it looks: says nothing of the destination"},
        {"allow destination com.x", "F:1: wider than it looks: opens all interfaces of that service"},
        {"allow destination com.x member m", "F:1: wider than it looks: opens the member on every interface"},
        {"allow destination com.x interface org.freedesktop.DBus.Properties member Get",
         "F:1: wider than it looks: reads every property"},
        {"allow destination com.x interface org.freedesktop.DBus.Properties",
         "F:1: wider than it looks: reaches every property"},
        {"allow destination org.freedesktop.DBus interface org.freedesktop.DBus",
         "F:1: wider than it looks: the bus starts services"},
        {"allow destination org.freedesktop.DBus interface org.freedesktop.DBus member RequestName",
         "F:1: wider than it looks: the guest chooses the name"},
        {"allow destination org.freedesktop.DBus interface org.freedesktop.DBus member AddMatch",
         "F:1: wider than it looks: the guest may listen"},
        {"allow inc-signal", "F:1: wider than it looks: the guest may send any signal"},
        {"deny interface com.x.I", "F:1: wider than it looks: returns and errors carry neither"},
        {"deny member m", "F:1: wider than it looks: returns and errors carry neither"},
        {"deny out-error member m", "F:1: wider than it looks: returns and errors carry neither"},
        {"allow out-any", "F:1: narrower than it looks: signals need"},
        {"deny sender com.x", "F:1: not what it looks: what a guest says of the sender"},
        {"allow dom-id 0", "F:1: never decides, because domain 0"},
        {"allow destination org.freedesktop.DBus member BecomeMonitor", "F:1: never decides, because no rule can"},
        {"allow inc-signal interface org.freedesktop.DBus", "F:1: never decides, because no rule can"},
        {"deny out-any stubdom true", "F:1: never decides, because what goes out"},
        {"allow out-signal member m if-boolean p true if-boolean p false", "F:1: never decides, because a property"},
        {"allow inc-error interface com.x.I", "F:1: never decides, because returns and errors"},
        {"allow destination xenmgr interface com.x.I member m", "F:1: never decides, because a name in it"},
        {"deny inc-method-call destination xenmgr", "F:1: denies only messages that lack a name"},
    };
    for (const Row& row : rows) {
        INFO(row.rules);
        const auto lines = found(row.rules);
        REQUIRE(lines.size() == 1);
        CHECK_THAT(lines.front(), Catch::StartsWith(row.finding));
    }
}

TEST_CASE("a rule whose messages all go to a later one never decides") {
    const Row rows[] = {
        {"deny inc-method-call destination com.x member m\ndeny inc-method-call destination com.x",
         "F:1: never decides, because F:2 matches all that it matches: remove one"},
        {"deny inc-method-call destination com.x\ndeny inc-method-call destination com.x",
         "F:1: never decides, because F:2 matches all"},
        {"deny inc-error if-boolean p true if-boolean q true\ndeny inc-error if-boolean q true",
         "F:1: never decides, because F:2 matches all"},
        {"deny inc-method-call destination com.x dom-id 5\ndeny all", "F:1: never decides, because F:2"},
        {"allow destination com.x interface com.x.I member m\ndeny all",
         "F:1: never decides, because F:2 decides for all that it matches: move it below"},
        {"deny inc-method-call destination com.x interface com.x.I member m\n"
         "allow destination com.x interface com.x.I",
         "F:1: never decides, because F:2 decides for all that it matches but messages that lack what it names:"},
        {"deny inc-method-call destination com.x interface com.x.I\nallow destination com.x interface com.x.I",
         "F:1: never decides, because F:2"},
    };
    for (const Row& row : rows) {
        INFO(row.rules);
        const auto lines = found(row.rules);
        REQUIRE_FALSE(lines.empty());
        CHECK_THAT(lines.front(), Catch::StartsWith(row.finding));
    }
}

TEST_CASE("the same with the other verdict is a contradiction") {
    const auto lines = found(
        "allow destination com.x interface com.x.I member m if-boolean p true\n"
        "# two lines on\n"
        "deny inc-any destination com.x interface com.x.I member m if-boolean p true stubdom false\n"
        "allow inc-method-return\ndeny inc-method-return\n");
    REQUIRE(lines.size() == 3);
    CHECK_THAT(lines[0], Catch::StartsWith("F:1: contradicts F:3, which is the same with the other verdict: keep"));
    CHECK_THAT(lines[2], Catch::StartsWith("F:4: contradicts F:5"));
}

TEST_CASE("rules that differ in one thing do not hide each other") {
    const char* later[] = {
        "deny inc-method-call destination com.y",          "deny inc-error destination com.x",
        "deny out-method-call destination com.x",          "deny inc-method-call destination com.x stubdom true",
        "deny inc-method-call destination com.x dom-id 5", "deny inc-method-call destination com.x if-boolean p true",
        "deny inc-method-call destination com.x member m",
    };
    for (const char* rule : later) {
        INFO(rule);
        CHECK(found(fmt::format("deny inc-method-call destination com.x\n{}", rule)).empty());
    }
    CHECK(found("deny inc-signal\ndeny all\n").size() == 1);
    CHECK(found("deny out-signal\nallow out-method-call\n").empty());
}

TEST_CASE("a deny below an allow for stub domains does not bind them") {
    const char* allow = "allow stubdom true destination com.x interface com.x.I member m\n";
    const auto lines = found(fmt::format("{}deny inc-method-call destination com.x", allow));
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines[0],
               Catch::StartsWith("F:2: narrower than it looks: does not bind stub domains, which F:1 lets in"));
    CHECK(found(fmt::format("deny inc-method-call destination com.x\n{}", allow)).empty());
    CHECK(found(fmt::format("{}deny inc-method-call destination com.y", allow)).empty());
    CHECK(found(fmt::format("{}deny inc-method-call destination com.x stubdom false", allow)).empty());
    CHECK(found(fmt::format("{}deny out-method-call destination com.x", allow)).empty());
}
