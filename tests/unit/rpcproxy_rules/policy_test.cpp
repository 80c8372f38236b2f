// POL, DIS, PRP of the threat catalogue: what a message names, and what it does not.
#include "asked.hpp"

using namespace xm::rpcproxy;

namespace {

constexpr const char* x = "com.x";
constexpr const char* i = "com.x.I";
constexpr const char* properties = "org.freedesktop.DBus.Properties";

constexpr const char* one_call = "allow destination com.x interface com.x.I member m";
constexpr const char* all_but_interface = "allow all\ndeny interface com.x.I";

Question properties_call(const char* interface, const char* member, const char* signature, const char* first) {
    return with_body(call(x, interface, member), signature, first);
}

}    // namespace

TEST_CASE("a call passes only if all that a rule names is right (POL-1, POL-3)") {
    const Case cases[] = {
        {"as named", one_call, call(x, i, "m"), true, 1},
        {"destination", one_call, call("com.y", i, "m"), false, 0},
        {"interface", one_call, call(x, "com.x.J", "m"), false, 0},
        {"member", one_call, call(x, i, "n"), false, 0},
        {"other case", one_call, call("com.X", i, "m"), false, 0},
        {"prefix", one_call, call("com.x.evil", i, "m"), false, 0},
        {"shorter", one_call, call("com", i, "m"), false, 0},
        {"suffix", one_call, call("evil.com.x", i, "m"), false, 0},
        {"member with more", one_call, call(x, i, "mm"), false, 0},
        {"interface in the place of the destination", one_call, call(i, i, "m"), false, 0},
    };
    check_all(cases);
}

TEST_CASE("the last rule that matches decides (POL-4)") {
    const Case cases[] = {
        {"deny after allow", "allow all\ndeny all", call(x, i, "m"), false, 2},
        {"allow after deny", "deny all\nallow all", call(x, i, "m"), true, 2},
        {"the last of three", "allow all\ndeny member m\nallow member m", call(x, i, "m"), true, 3},
        {"one that does not match between", "allow all\ndeny member n", call(x, i, "m"), true, 1},
        {"the same twice", "allow all\nallow all", call(x, i, "m"), true, 2},
        {"a wide deny after narrow allows", "allow member m\nallow destination com.x\ndeny destination com.x",
         call(x, i, "m"), false, 3},
    };
    check_all(cases);
}

TEST_CASE("what no rule matches is denied (LIF-5)") {
    const Case cases[] = {
        {"no rules", "", call(x, i, "m"), false, 0},
        {"comments only", "# allow all", call(x, i, "m"), false, 0},
        {"rules for the other direction", "allow out-any", call(x, i, "m"), false, 0},
        {"outwards", "allow inc-any", outgoing(call(x, i, "m")), false, 0},
        {"outwards, with a rule", "allow out-any", outgoing(call(x, i, "m")), true, 1},
    };
    check_all(cases);
    CHECK(judge(rule_set(""), call(x, i, "m")).by_default);
    CHECK_FALSE(judge(rule_set("deny all"), call(x, i, "m")).by_default);
    CHECK_FALSE(judge(rule_set(""), call(nullptr, i, "m")).by_default);
}

TEST_CASE("a subject is about its kind of message only (SIG-3, RPL-6)") {
    const Case cases[] = {
        {"call", "allow inc-method-call", call(x, i, "m"), true, 1},
        {"signal for a call's rule", "allow inc-method-call interface com.x.I member m", signal(i, "m"), false, 0},
        {"call for a signal's rule", "allow inc-signal interface com.x.I member m", call(x, i, "m"), false, 0},
        {"return", "allow inc-method-return", of_kind(Kind::method_return, x), true, 1},
        {"return for a call's rule", "allow inc-method-call", of_kind(Kind::method_return, x), false, 0},
        {"error", "allow inc-error", of_kind(Kind::error, x), true, 1},
        {"error for a return's rule", "allow inc-method-return", of_kind(Kind::error, x), false, 0},
        {"return for any", "allow inc-any", of_kind(Kind::method_return, x), true, 1},
        {"call outwards", "allow out-method-call", outgoing(call(x, i, "m")), true, 1},
    };
    check_all(cases);
}

TEST_CASE("a call without interface is let in by no rule that names one, and stopped by all (DIS-1, DIS-2)") {
    const Case cases[] = {
        {"allow names it", one_call, call(x, nullptr, "m"), false, 0},
        {"allow does not", "allow destination com.x member m", call(x, nullptr, "m"), true, 1},
        {"deny names it", all_but_interface, call(x, nullptr, "m"), false, 2},
        {"deny names another", "allow all\ndeny interface com.z", call(x, nullptr, "m"), false, 2},
        {"deny of another destination", "allow all\ndeny destination com.y interface com.z", call(x, nullptr, "m"),
         true, 1},
        {"an allow after the deny", "allow all\ndeny interface com.z\nallow member m", call(x, nullptr, "m"), true, 3},
    };
    check_all(cases);
}

TEST_CASE("Get, Set and GetAll without interface may be about any property (DIS-3)") {
    for (const char* member : {"Get", "Set", "GetAll"}) {
        const char* signature = *member == 'S' ? "ssv" : member[3] == 0 ? "ss" : "s";
        check({member, "allow interface com.x.I", properties_call(nullptr, member, signature, i), false, 0});
        check({member, all_but_interface, properties_call(nullptr, member, signature, i), false, 2});
        check({member, all_but_interface, properties_call(nullptr, member, signature, "com.x.J"), false, 2});
        check({member, "allow all", properties_call(nullptr, member, signature, i), true, 1});
    }
}

TEST_CASE("a call needs a destination, whatever the rules say (DIS-4)") {
    const Case cases[] = {
        {"none", "allow all", call(nullptr, i, "m"), false, 0},
        {"empty", "allow all", call("", i, "m"), false, 0},
        {"a signal needs none", "allow inc-signal", signal(i, "m"), true, 1},
        {"outwards it is the guest's", "allow out-any", outgoing(call(nullptr, i, "m")), true, 1},
        {"outwards, named", "allow out-any\ndeny out-any destination com.guest", outgoing(call(nullptr, i, "m")), false,
         2},
    };
    check_all(cases);
}

TEST_CASE("a deny of an interface covers its properties (PRP-1, PRP-5)") {
    const Case cases[] = {
        {"Get", all_but_interface, properties_call(properties, "Get", "ss", i), false, 2},
        {"GetAll", all_but_interface, properties_call(properties, "GetAll", "s", i), false, 2},
        {"Set", all_but_interface, properties_call(properties, "Set", "ssv", i), false, 2},
        {"of another", all_but_interface, properties_call(properties, "Get", "ss", "com.x.J"), true, 1},
        {"deny of Properties", "allow all\ndeny interface org.freedesktop.DBus.Properties",
         properties_call(properties, "Get", "ss", i), false, 2},
    };
    check_all(cases);
}

TEST_CASE("members of Properties are told apart (PRP-2)") {
    constexpr const char* get_only = "allow destination com.x interface com.x.I member Get";
    const Case cases[] = {
        {"Get", get_only, properties_call(properties, "Get", "ss", i), true, 1},
        {"Set", get_only, properties_call(properties, "Set", "ssv", i), false, 0},
        {"GetAll", get_only, properties_call(properties, "GetAll", "s", i), false, 0},
        {"named by Properties", "allow interface org.freedesktop.DBus.Properties member Get",
         properties_call(properties, "Get", "ss", i), true, 1},
    };
    check_all(cases);
}

TEST_CASE("a Properties call whose interface cannot be told may be about any (PRP-3, PRP-4)") {
    constexpr const char* allow_one = "allow interface com.x.I";
    const Question unclear[] = {
        properties_call(properties, "Get", "ss", ""),      properties_call(properties, "Get", "", nullptr),
        properties_call(properties, "Get", "u", nullptr),  properties_call(properties, "Get", "vs", nullptr),
        properties_call(properties, "Get", "os", nullptr), properties_call(properties, "Get", "s", i),
        properties_call(properties, "Get", "sss", i),      properties_call(properties, "Get", "ss", nullptr),
        properties_call(properties, "GetAll", "ss", i),    properties_call(properties, "GetAll", "s", ""),
        properties_call(properties, "Set", "ss", i),       properties_call(properties, "Set", "sss", i),
    };
    for (const Question& question : unclear) {
        check({"allow", allow_one, question, false, 0});
        check({"deny", all_but_interface, question, false, 2});
        check({"deny of another", "allow all\ndeny interface com.z", question, false, 2});
        check({"allow of Properties itself", "allow interface org.freedesktop.DBus.Properties", question, true, 1});
    }
}

TEST_CASE("an allow of an interface covers Properties calls for it, and only those (PRP-6, PRP-7)") {
    constexpr const char* rules = "allow destination com.x interface com.x.I";
    const Case cases[] = {
        {"Get", rules, properties_call(properties, "Get", "ss", i), true, 1},
        {"Set", rules, properties_call(properties, "Set", "ssv", i), true, 1},
        {"GetAll", rules, properties_call(properties, "GetAll", "s", i), true, 1},
        {"of another", rules, properties_call(properties, "Get", "ss", "com.x.J"), false, 0},
        {"another member", rules, properties_call(properties, "Peek", "ss", i), false, 0},
        {"another interface", rules, properties_call("com.x.J", "Get", "ss", i), false, 0},
        {"first argument elsewhere", rules, properties_call("com.x.J", "m", "s", i), false, 0},
        {"a deny is not about it either", "allow all\ndeny interface com.x.I", properties_call("com.x.J", "m", "s", i),
         true, 1},
        {"a signal", "allow inc-signal interface com.x.I", with_body(signal(properties, "Get"), "ss", i), false, 0},
    };
    check_all(cases);
}

TEST_CASE("returns and errors carry no interface, so a late deny of one stops them") {
    constexpr const char* rules = "allow all\ndeny interface com.x.I\nallow inc-method-return\nallow inc-error";
    const Case cases[] = {
        {"return", all_but_interface, of_kind(Kind::method_return, x), false, 2},
        {"error", all_but_interface, of_kind(Kind::error, x), false, 2},
        {"return let in after", rules, of_kind(Kind::method_return, x), true, 3},
        {"error let in after", rules, of_kind(Kind::error, x), true, 4},
        {"deny of calls only", "allow all\ndeny inc-method-call interface com.x.I", of_kind(Kind::error, x), true, 1},
    };
    check_all(cases);
}
