#include "rpcproxy/explain.hpp"

#include "asked.hpp"

using namespace xm::rpcproxy;

namespace {

constexpr const char* rules =
    "deny all\n"
    "allow destination com.x interface com.x.I member m if-boolean p true\n"
    "deny interface com.secret\n"
    "allow destination com.y interface com.y.J\n";

}    // namespace

TEST_CASE("explain names the rule that decided, as it is written, and where") {
    Question question = call("com.x", "com.x.I", "m");
    question.properties["p"] = true;
    CHECK(explain(rule_set(rules), question) ==
          "verdict: allow\nrule: F:2: allow destination com.x interface com.x.I member m if-boolean p true\n");
}

TEST_CASE("explain says what was absent and made a deny hold, or an allow not") {
    CHECK(explain(rule_set(rules), call("com.x", "com.x.I", "m")) ==
          "verdict: deny\n"
          "rule: F:1: deny all\n"
          "passed over: F:2: allow destination com.x interface com.x.I member m if-boolean p true\n"
          "  absent or unknown: if-boolean p; an allow needs what it names\n");
    CHECK(explain(rule_set(rules), call("com.y", nullptr, "m")) ==
          "verdict: deny\n"
          "rule: F:3: deny interface com.secret\n"
          "  absent or unknown: interface; a deny holds for what might be\n"
          "passed over: F:4: allow destination com.y interface com.y.J\n"
          "  absent or unknown: interface; an allow needs what it names\n");
}

TEST_CASE("explain speaks of the interface of a property that cannot be told") {
    const auto text = explain(rule_set("allow all\ndeny interface com.secret"),
                              with_body(call("com.x", "org.freedesktop.DBus.Properties", "Get"), "ss", ""));
    CHECK_THAT(text, Catch::Contains("rule: F:2: deny interface com.secret\n  absent or unknown: interface;"));
}

TEST_CASE("explain says why no rule decided") {
    CHECK(explain(rule_set(""), call("com.x", "com.x.I", "m")) == "verdict: deny\nrule: none; no rule matches\n");
    CHECK(explain(rule_set("allow all"), call("org.freedesktop.DBus", nullptr, "BecomeMonitor")) ==
          "verdict: deny\nrule: none; no guest may monitor the bus\n");
    Facts host;
    host.domid = 0;
    CHECK(explain(rule_set("deny all"), with_facts(call("com.x", nullptr, "m"), host)) ==
          "verdict: allow\nrule: none; domain 0 is not judged\n");
}

TEST_CASE("explain knows the options of the proxy that have a say") {
    const char* old = "deny all\nallow destination com.x interface com.x.I member m";
    CHECK(explain(rule_set(old), call("com.x", "com.x.J", "m")) == "verdict: deny\nrule: F:1: deny all\n");
    CHECK(explain(rule_set(old), call("com.x", "com.x.J", "m"), {.compat_interface_match = true}) ==
          "verdict: allow\nrule: F:2: allow destination com.x interface com.x.I member m\n"
          "  only by --compat-interface-match, which leaves its interface out\n");
    const Question requested =
        with_body(call("org.freedesktop.DBus", "org.freedesktop.DBus", "RequestName"), "su", "com.x");
    CHECK(explain(rule_set("allow all\nallow destination com.x"), requested) ==
          "verdict: deny\nrule: none; rules let guests call this name, so none of them may take it\n");
    CHECK_THAT(explain(rule_set("allow all\nallow destination com.x"), requested, {.gives_names = true}),
               Catch::Contains("verdict: allow"));
}

TEST_CASE("explain lists ten rules that were passed over and no more") {
    std::string many;
    for (int i = 0; i < 50; ++i)
        many += "allow interface com.x.I" + std::to_string(i) + "\n";
    const auto text = explain(rule_set(many), call("com.x", nullptr, "m"));
    CHECK_THAT(text, Catch::Contains("passed over: F:10:") && Catch::Contains("passed over: and more\n"));
    CHECK_THAT(text, !Catch::Contains("F:11:"));
}

TEST_CASE("directions and kinds are understood in both spellings") {
    CHECK(direction_of("inc") == Direction::incoming);
    CHECK(direction_of("outgoing") == Direction::outgoing);
    CHECK_FALSE(direction_of("in"));
    for (const char* word : {"method_call", "method-call"})
        CHECK(kind_of(word) == Kind::method_call);
    for (const char* word : {"method_return", "method-return"})
        CHECK(kind_of(word) == Kind::method_return);
    CHECK(kind_of("error") == Kind::error);
    CHECK(kind_of("signal") == Kind::signal);
    CHECK_FALSE(kind_of("Signal"));
}
