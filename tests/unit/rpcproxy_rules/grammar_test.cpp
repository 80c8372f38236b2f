#include "rpcproxy/rules.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::rpcproxy;
using namespace std::string_literals;

namespace {

const std::string uuid_text = "00112233-4455-6677-8899-aabbccddeeff";

Rule only_rule(const std::string& line) {
    const Parsed parsed = parse_rules(line, "F");
    INFO(line << (parsed.error ? "\n" + to_string(*parsed.error) : ""));
    REQUIRE(parsed.rules.size() == 1);
    return parsed.rules.front();
}

struct Refused {
    std::string line;
    std::size_t column;
    const char* reason;    // part of it
};

}    // namespace

TEST_CASE("a rule may name everything once") {
    const Rule rule = only_rule("deny out-signal destination com.x.y interface a.b member M sender c.d dom-uuid " +
                                uuid_text + " dom-id 7 dom-type hvm dom-name web-1 stubdom true");
    CHECK_FALSE(rule.allow);
    CHECK(rule.direction == Direction::outgoing);
    CHECK(rule.kind == Kind::signal);
    CHECK(rule.destination == "com.x.y");
    CHECK(rule.interface == "a.b");
    CHECK(rule.member == "M");
    CHECK(rule.sender == "c.d");
    CHECK(rule.dom_uuid == Uuid::parse(uuid_text));
    CHECK(rule.dom_id == 7u);
    CHECK(rule.dom_type == "hvm");
    CHECK(rule.dom_name == "web-1");
    CHECK(rule.stubdom == true);
    CHECK(rule.conditions.empty());
}

TEST_CASE("a rule without subject is about all that a guest sends") {
    for (const char* line : {"allow", "allow all", "allow inc-any", "allow inc-any all"}) {
        const Rule rule = only_rule(line);
        CHECK(rule.allow);
        CHECK(rule.direction == Direction::incoming);
        CHECK_FALSE(rule.kind);
        CHECK_FALSE(rule.stubdom);
    }
}

TEST_CASE("every subject is a direction and a kind") {
    const char* kinds[] = {"any", "method-call", "method-return", "error", "signal"};
    for (std::size_t i = 0; i < 5; ++i)
        for (const std::string direction : {"inc", "out"}) {
            const Rule rule = only_rule("deny " + direction + "-" + kinds[i] + " member m");
            CHECK(rule.direction == (direction == "inc" ? Direction::incoming : Direction::outgoing));
            CHECK(rule.kind.has_value() == (i != 0));
            if (rule.kind) CHECK(static_cast<std::size_t>(*rule.kind) == i);
            CHECK(rule.member == "m");
        }
}

TEST_CASE("conditions add up") {
    const Rule rule = only_rule("allow if-boolean a true if-boolean b false if-boolean a true");
    CHECK(rule.conditions == std::vector<Condition>{{"a", true}, {"b", false}, {"a", true}});
}

TEST_CASE("blanks, tabs, comments and empty lines are no rules, and lines count from one") {
    const Parsed parsed = parse_rules("# policy\n\n \t \n\tallow\t all  # \"all\" of it: *\n  deny member m#x", "F");
    REQUIRE_FALSE(parsed.error);
    REQUIRE(parsed.rules.size() == 2);
    CHECK(parsed.rules[0].origin == Origin{"F", 4});
    CHECK(parsed.rules[0].text == "allow\t all");
    CHECK(parsed.rules[1].origin == Origin{"F", 5});
    CHECK(parsed.rules[1].text == "deny member m");
    CHECK(to_string(parsed.rules[1].origin) == "F:5");
}

TEST_CASE("an empty file has no rules, and the last line needs no line feed") {
    for (const char* text : {"", "\n", "#", "# end", "\n\n#\n"}) {
        const Parsed parsed = parse_rules(text, "F");
        CHECK_FALSE(parsed.error);
        CHECK(parsed.rules.empty());
    }
    CHECK(only_rule("allow all # end").allow);
}

TEST_CASE("a value may be any word, those of the grammar too") {
    CHECK(only_rule("allow destination all").destination == "all");
    CHECK(only_rule("allow member member interface stubdom").interface == "stubdom");
    CHECK(only_rule("allow dom-name 0_a.b-c").dom_name == "0_a.b-c");
    CHECK(only_rule("allow dom-id 0").dom_id == 0u);
    CHECK(only_rule("allow dom-id 32751").dom_id == 32751u);
}

TEST_CASE("a malformed line is refused with its column, the reason and what would do") {
    const Refused rows[] = {
        {"permit all", 1, "begins with allow or deny, not 'permit'"},
        {"Allow all", 1, "allow or deny"},
        {"all", 1, "allow or deny"},
        {"domain 5", 1, "allow or deny"},
        {"allow domain 5", 7, "unknown word 'domain'; expected destination, interface"},
        {"allow destinationdestination com.x", 7, "unknown word 'destinationdestination'"},
        {"allow inc-call", 7, "inc- or out-"},
        {"allow member m any", 16, "unknown word 'any'"},
        {"allow destination", 18, "destination needs a bus name, and the line ends"},
        {"allow interface # gone", 16, "interface needs an interface name"},
        {"allow if-boolean", 17, "if-boolean needs a property"},
        {"allow if-boolean p", 19, "true or false after its property"},
        {"allow if-boolean p 1", 20, "not '1'"},
        {"allow if-boolean p True", 20, "not 'True'"},
        {"allow stubdom yes", 15, "true or false, not 'yes'"},
        {"allow stubdom 1", 15, "true or false"},
        {"allow dom-id five", 14, "a domain id from 0 to 32751, not 'five'"},
        {"allow dom-id 32752", 14, "not '32752'"},
        {"allow dom-id 4294967301", 14, "not '4294967301'"},
        {"allow dom-id 0x5", 14, "domain id"},
        {"allow dom-id -1", 14, "'-' in a word"},
        {"allow dom-uuid 5", 16, "a uuid"},
        {"allow dom-uuid 00112233_4455_6677_8899_aabbccddeeff", 16, "a uuid"},
        {"allow all member m", 11, "'member' after all"},
        {"allow all all", 11, "after all"},
        {"allow member m all", 16, "all beside specifiers"},
        {"allow member m inc-signal", 16, "one subject, right after allow or deny"},
        {"allow inc-any out-any", 15, "one subject"},
        {"allow member m member m", 16, "member a second time"},
        {"allow stubdom true stubdom false", 20, "stubdom a second time"},
        {"allow allow", 7, "unknown word 'allow'"},
        {"allow destination :1.5", 19, "':1.5' is the unique name of a connection"},
        {"allow destination com.x.*", 25, "wildcards"},
        {"allow member *", 14, "wildcards"},
        {"allow member m?", 15, "wildcards"},
        {"allow destination \"com.x\"", 19, "quotes"},
        {"allow destination 'com.x'", 19, "quotes"},
        {"allow member _m", 14, "'_' in a word"},
        {"allow member .m", 14, "'.' in a word"},
        {"allow member a/b", 15, "'/' in a word"},
        {"allow, all", 6, "',' in a word"},
        {"allow all\r", 10, "carriage return"},
        {"allow\0all"s, 6, "NUL"},
        {"# \0"s, 3, "NUL"},
        {"\xef\xbb\xbf"
         "allow all",
         1, "byte order mark"},
        {"allow member caf\xc3\xa9", 17, "0xc3 is not ASCII"},
        {"# caf\xc3\xa9", 6, "0xc3 is not ASCII"},
        {"allow\x0b"
         "all",
         6, "control character 0x0b"},
        {"allow all\x7f", 10, "0x7f"},
    };
    for (const Refused& row : rows) {
        INFO(row.line);
        const Parsed parsed = parse_rules("allow all\n" + row.line + "\ngarbage\n", "F");
        CHECK(parsed.rules.empty());
        REQUIRE(parsed.error);
        CHECK(parsed.error->origin == Origin{"F", 2});
        CHECK(parsed.error->column == row.column);
        CHECK_THAT(parsed.error->reason, Catch::Contains(row.reason));
    }
}

TEST_CASE("what is wrong reads as file, line, column and reason, without raw bytes of the file") {
    const Parsed parsed = parse_rules("allow\n\ndeny foo", "/etc/r");
    REQUIRE(parsed.error);
    CHECK_THAT(to_string(*parsed.error), Catch::StartsWith("/etc/r:3:6: unknown word 'foo'"));

    const Parsed long_word = parse_rules("allow " + std::string(10'000, 'x'), "F");
    REQUIRE(long_word.error);
    CHECK(long_word.error->reason.size() < 400);
}

TEST_CASE("a node of the database holds one rule, bound to its VM") {
    const Uuid vm = *Uuid::parse(uuid_text);
    const std::string other = "ffffffff-4455-6677-8899-aabbccddeeff";
    const Parsed parsed = parse_vm_rule("allow dom-uuid " + other + " member m # mine\n", vm, "/vm/x/3");
    REQUIRE(parsed.rules.size() == 1);
    CHECK(parsed.rules[0].dom_uuid == vm);
    CHECK(parsed.rules[0].member == "m");
    CHECK(to_string(parsed.rules[0].origin) == "/vm/x/3");
    CHECK(parse_vm_rule("", vm, "n").rules.empty());

    const Parsed two = parse_vm_rule("allow\nallow all", vm, "/vm/x/3");
    REQUIRE(two.error);
    CHECK_THAT(to_string(*two.error), Catch::StartsWith("/vm/x/3:6: a second line"));
    CHECK(parse_vm_rule("allow x", vm, "n").error);
}

TEST_CASE("a malformed rule may have been meant to deny, unless it is one line that begins with allow") {
    CHECK_FALSE(may_deny("allow foo"));
    CHECK_FALSE(may_deny("  allow"));
    for (const char* text : {"deny foo", "Deny all", "", "# allow", "allowed", "allow all\ndeny all",
                             "\xef\xbb\xbf"
                             "allow"})
        CHECK(may_deny(text));
}
