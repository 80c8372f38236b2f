// NAM, SND, SIG, BUS of the threat catalogue: who is spoken to, who speaks, and what no rule can allow.
#include "asked.hpp"

using namespace xm::rpcproxy;

namespace {

constexpr const char* bus = "org.freedesktop.DBus";

using Names = std::vector<std::string_view>;

Verdict judge_names(const RuleSet& rules, Direction direction, const Names& to, const Names& from) {
    Subject subject;
    subject.direction = direction;
    subject.destinations = to;
    subject.senders = from;
    subject.interface = "com.x.I";
    subject.member = "m";
    return rules.judge(subject, guest(), KnownProperties{{}});
}

Question add_match(const char* rule) { return with_body(call(bus, bus, "AddMatch"), "s", rule); }

}    // namespace

TEST_CASE("a unique name that stands for no name is let in by no rule that names one (NAM-1, NAM-4)") {
    const Case cases[] = {
        {"allow of a name", "allow destination com.x", call(":1.42", "com.x.I", "m"), false, 0},
        {"deny of a name", "allow all\ndeny destination com.x", call(":1.42", "com.x.I", "m"), false, 0},
        {"nobody's", "allow all", call(":1.42", "com.x.I", "m"), false, 0},
        {"a signal to it", "allow inc-signal\ndeny destination com.x",
         [] {
             Question question = signal("com.x.I", "m");
             question.destination = ":1.42";
             return question;
         }(),
         false, 2},
    };
    check_all(cases);
}

TEST_CASE("a destination with several names passes if each of them does (NAM-2, NAM-3)") {
    const RuleSet open = rule_set("allow all\ndeny destination com.secret");
    const RuleSet two = rule_set("allow destination com.a\nallow destination com.b");
    constexpr auto in = Direction::incoming;
    CHECK(judge_names(open, in, {"com.a", "com.b"}, {}).allow);
    for (const Names& names : {Names{"com.a", "com.secret"}, Names{"com.secret", "com.a"}}) {
        const Verdict verdict = judge_names(open, in, names, {});
        CHECK_FALSE(verdict.allow);
        REQUIRE(verdict.rule);
        CHECK(verdict.rule->origin.line == 2);
    }
    CHECK(judge_names(two, in, {"com.a", "com.b"}, {}).allow);
    CHECK_FALSE(judge_names(two, in, {"com.a", "com.c"}, {}).allow);
    CHECK(judge_names(two, in, {"com.a", "com.c"}, {}).by_default);
}

TEST_CASE("a denial by a rule outweighs one by default, for any of the names") {
    const RuleSet rules = rule_set("allow out-any sender com.a\ndeny out-any sender com.b");
    for (const Names& names : {Names{"com.c", "com.b"}, Names{"com.b", "com.c"}, Names{"com.a", "com.c", "com.b"}}) {
        const Verdict verdict = judge_names(rules, Direction::outgoing, {}, names);
        CHECK_FALSE(verdict.allow);
        CHECK_FALSE(verdict.by_default);
    }
    CHECK(judge_names(rules, Direction::outgoing, {}, {"com.a", "com.c"}).by_default);
}

TEST_CASE("what a guest says of the sender is not looked at (SND-1, SND-2)") {
    Question claimed = call("com.x", "com.x.I", "m");
    claimed.sender = "com.trusted";
    const Case cases[] = {
        {"claimed", "allow sender com.trusted", claimed, false, 0},
        {"absent", "allow sender com.trusted", call("com.x", "com.x.I", "m"), false, 0},
        {"a deny holds for what might be", "allow all\ndeny sender com.other", claimed, false, 2},
    };
    check_all(cases);
    // The guest's own names on the bus count, as the proxy knows them.
    const RuleSet rules = rule_set("allow sender com.guest");
    CHECK(judge_names(rules, Direction::incoming, {"com.x"}, {"com.guest"}).allow);
    CHECK_FALSE(judge_names(rules, Direction::incoming, {"com.x"}, {"com.guest", "com.other"}).allow);
}

TEST_CASE("outwards the sender is who the bus says, by well-known name (SIG-5, SIG-6)") {
    Question named = outgoing(signal("com.x.I", "s"));
    named.sender = "com.x";
    Question unnamed = named;
    unnamed.sender = ":1.7";
    const Case cases[] = {
        {"named", "allow out-signal sender com.x", named, true, 1},
        {"another", "allow out-signal sender com.y", named, false, 0},
        {"a connection without name", "allow out-signal sender com.x", unnamed, false, 0},
        {"a deny holds for it", "allow out-signal\ndeny out-signal sender com.x", unnamed, false, 2},
        {"no rule", "allow inc-signal", named, false, 0},
    };
    check_all(cases);
}

TEST_CASE("a signal needs an allow that says signal or names its interface (SIG-1, SIG-2)") {
    const Case cases[] = {
        {"said", "allow inc-signal", signal("com.x.I", "s"), true, 1},
        {"interface named", "allow interface com.x.I", signal("com.x.I", "s"), true, 1},
        {"all", "allow all", signal("com.x.I", "s"), false, 0},
        {"member named", "allow member s", signal("com.x.I", "s"), false, 0},
        {"directed, destination named", "allow destination com.x",
         [] {
             Question question = signal("com.x.I", "s");
             question.destination = "com.x";
             return question;
         }(),
         false, 0},
        {"outwards, any", "allow out-any", outgoing(signal("com.x.I", "s")), false, 0},
        {"outwards, said", "allow out-signal", outgoing(signal("com.x.I", "s")), true, 1},
        {"deny all", "allow inc-signal\ndeny all", signal("com.x.I", "s"), false, 2},
        {"deny of any with a member", "allow inc-signal\ndeny member s", signal("com.x.I", "s"), false, 2},
        {"broadcast, destination named in a deny", "allow inc-signal\ndeny destination com.y", signal("com.x.I", "s"),
         false, 2},
    };
    check_all(cases);
}

TEST_CASE("no guest sends the bus's own signals (SIG-4)") {
    const Case cases[] = {
        {"forged", "allow inc-signal\nallow interface org.freedesktop.DBus", signal(bus, "NameOwnerChanged"), false, 0},
        {"true ones outwards", "allow out-signal interface org.freedesktop.DBus",
         outgoing(signal(bus, "NameOwnerChanged")), true, 1},
        {"another interface of the bus's", "allow inc-signal",
         signal("org.freedesktop.DBus.Properties", "PropertiesChanged"), true, 1},
    };
    check_all(cases);
}

TEST_CASE("members of the bus are let in one by one (BUS-1, BUS-6)") {
    constexpr const char* rules =
        "allow destination org.freedesktop.DBus interface org.freedesktop.DBus member GetNameOwner";
    const Case cases[] = {
        {"named", rules, call(bus, bus, "GetNameOwner"), true, 1},
        {"another", rules, call(bus, bus, "RequestName"), false, 0},
        {"its interface elsewhere", rules, call("com.x", bus, "GetNameOwner"), false, 0},
    };
    check_all(cases);
}

TEST_CASE("monitoring and the environment of services are out of reach (BUS-2, BUS-3, DIS-5)") {
    for (const char* member : {"BecomeMonitor", "UpdateActivationEnvironment"})
        for (const char* interface : {"org.freedesktop.DBus", "org.freedesktop.DBus.Monitoring", "com.x", ""}) {
            check({member, "allow all", call(bus, interface, member), false, 0});
            check({member, "allow all", call("com.x", interface, member), true, 1});
            check({member, "allow out-any", outgoing(call(bus, interface, member)), true, 1});
        }
    check({"among several names", "allow all", call(bus, nullptr, "BecomeMonitor"), false, 0});
    Subject subject;
    const std::string_view names[] = {"com.x", bus};
    subject.destinations = names;
    subject.member = "BecomeMonitor";
    CHECK_FALSE(rule_set("allow all").judge(subject, guest(), KnownProperties{{}}).allow);
}

TEST_CASE("a match rule that eavesdrops, or is no string, is out of reach (BUS-4)") {
    for (const char* rule :
         {"eavesdrop='true'", "type='signal',eavesdrop=true", "eavesdrop\t=true", "eavesdrop='t''rue'"})
        check({rule, "allow all", add_match(rule), false, 0});
    check({"no string", "allow all", with_body(call(bus, bus, "AddMatch"), "u", nullptr), false, 0});
    check({"no argument", "allow all", call(bus, bus, "AddMatch"), false, 0});
    check({"plain", "allow all", add_match("type='signal',interface='com.x'"), true, 1});
    check({"plain, but not let in", "deny all", add_match("type='signal'"), false, 1});
}
