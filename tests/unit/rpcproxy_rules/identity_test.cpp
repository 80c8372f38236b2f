// IDN, CND of the threat catalogue: who the guest is, and what is known of its VM.
#include "asked.hpp"

using namespace xm;
using namespace xm::rpcproxy;

namespace {

const Uuid mine = *Uuid::parse("00000000-0000-0000-0000-000000000001");
const Uuid other = *Uuid::parse("00000000-0000-0000-0000-000000000002");

constexpr const char* allow_mine = "allow dom-uuid 00000000-0000-0000-0000-000000000001";
constexpr const char* deny_mine = "allow all\ndeny dom-uuid 00000000-0000-0000-0000-000000000001";

Question from(Facts facts) { return with_facts(call("com.x", "com.x.I", "m"), std::move(facts)); }

template <class T>
Question from(std::optional<T> Facts::* fact, T value) {
    Facts facts = guest();
    facts.*fact = std::move(value);
    return from(facts);
}

Question with_property(const char* name, bool value) {
    Question question = from(guest());
    question.properties[name] = value;
    return question;
}

Question stub_domain() { return from(&Facts::stubdom, true); }
Question unknown_stubdom() {
    Facts facts = guest();
    facts.stubdom.reset();
    return from(facts);
}

}    // namespace

TEST_CASE("a rule of one VM is about no other, and about nobody unknown if it allows (IDN-1, IDN-4)") {
    const Case cases[] = {
        {"mine", allow_mine, from(&Facts::uuid, mine), true, 1},
        {"another's", allow_mine, from(&Facts::uuid, other), false, 0},
        {"unknown", allow_mine, from(guest()), false, 0},
        {"deny, mine", deny_mine, from(&Facts::uuid, mine), false, 2},
        {"deny, another's", deny_mine, from(&Facts::uuid, other), true, 1},
        {"deny, unknown", deny_mine, from(guest()), false, 2},
        {"outwards it is the receiver's", "allow out-any dom-uuid 00000000-0000-0000-0000-000000000001",
         outgoing(from(&Facts::uuid, mine)), true, 1},
    };
    check_all(cases);
}

TEST_CASE("type, name and domain id of another, or unknown, satisfy no allow (IDN-2, POL-6)") {
    Facts nobody = guest();
    nobody.domid.reset();
    const Case cases[] = {
        {"type", "allow dom-type pvm", from(&Facts::type, std::string{"pvm"}), true, 1},
        {"type of another", "allow dom-type pvm", from(&Facts::type, std::string{"svm"}), false, 0},
        {"type unknown", "allow dom-type pvm", from(guest()), false, 0},
        {"type unknown, deny", "allow all\ndeny dom-type pvm", from(guest()), false, 2},
        {"name", "allow dom-name web", from(&Facts::name, std::string{"web"}), true, 1},
        {"near name", "allow dom-name web", from(&Facts::name, std::string{"web2"}), false, 0},
        {"name unknown", "allow dom-name web", from(guest()), false, 0},
        {"id", "allow dom-id 5", from(guest()), true, 1},
        {"id of another", "allow dom-id 6", from(guest()), false, 0},
        {"id beyond all", "allow dom-id 5", from(&Facts::domid, 0xffffffffu), false, 0},
        {"id unknown", "allow dom-id 5", from(nobody), false, 0},
        {"id unknown, deny", "allow all\ndeny dom-id 5", from(nobody), false, 2},
    };
    check_all(cases);
}

TEST_CASE("a rule without stubdom is about guests that are none, allow and deny alike (IDN-3)") {
    const Case cases[] = {
        {"guest", "allow all", from(guest()), true, 1},
        {"stub domain", "allow all", stub_domain(), false, 0},
        {"stub domain, said", "allow stubdom true", stub_domain(), true, 1},
        {"guest, said", "allow stubdom true", from(guest()), false, 0},
        {"false said", "allow stubdom false", from(guest()), true, 1},
        {"a deny without it does not bind stub domains", "allow stubdom true\ndeny all", stub_domain(), true, 1},
        {"a deny with it does", "allow stubdom true\ndeny stubdom true", stub_domain(), false, 2},
        {"unknown", "allow all", unknown_stubdom(), false, 0},
        {"unknown, true said", "allow stubdom true", unknown_stubdom(), false, 0},
        {"unknown, deny", "allow all\ndeny member m", unknown_stubdom(), false, 2},
        {"unknown, deny of stub domains", "allow all\ndeny stubdom true", unknown_stubdom(), false, 2},
    };
    check_all(cases);
}

TEST_CASE("what goes out comes from the host, which is no stub domain") {
    const Case cases[] = {
        {"to a stub domain", "allow out-any", outgoing(stub_domain()), true, 1},
        {"true said", "allow out-any stubdom true", outgoing(stub_domain()), false, 0},
        {"deny, true said", "allow out-any\ndeny out-any stubdom true", outgoing(stub_domain()), true, 1},
        {"false said", "allow out-any stubdom false", outgoing(stub_domain()), true, 1},
        {"unknown", "allow out-any", outgoing(unknown_stubdom()), true, 1},
    };
    check_all(cases);
}

TEST_CASE("domain 0 is not judged") {
    const Verdict verdict = judge(rule_set("deny all"), from(&Facts::domid, 0u));
    CHECK(verdict.allow);
    CHECK(verdict.rule == nullptr);
    CHECK(verdict.reason == std::string{"domain 0 is not judged"});
}

TEST_CASE("a condition asks for exactly this boolean; unknown satisfies denies only (CND-1, CND-2)") {
    const Case cases[] = {
        {"true, is", "allow if-boolean p true", with_property("p", true), true, 1},
        {"true, is not", "allow if-boolean p true", with_property("p", false), false, 0},
        {"false, is", "allow if-boolean p false", with_property("p", false), true, 1},
        {"false, is not", "allow if-boolean p false", with_property("p", true), false, 0},
        {"true, unknown", "allow if-boolean p true", from(guest()), false, 0},
        {"false, unknown", "allow if-boolean p false", from(guest()), false, 0},
        {"another property", "allow if-boolean p true", with_property("q", true), false, 0},
        {"deny, is", "allow all\ndeny if-boolean p true", with_property("p", true), false, 2},
        {"deny, is not", "allow all\ndeny if-boolean p true", with_property("p", false), true, 1},
        {"deny, unknown", "allow all\ndeny if-boolean p true", from(guest()), false, 2},
        {"two, one fails", "allow if-boolean p true if-boolean q true", with_property("p", true), false, 0},
        {"deny, one fails, one unknown", "allow all\ndeny if-boolean p true if-boolean q true",
         with_property("p", false), true, 1},
        {"deny, one holds, one unknown", "allow all\ndeny if-boolean p true if-boolean q true",
         with_property("p", true), false, 2},
        {"an earlier rule decides where the condition fails",
         "allow member m\nallow member m if-boolean p true\ndeny member m if-boolean p true", with_property("p", false),
         true, 1},
    };
    check_all(cases);
}

TEST_CASE("a rule set says which properties it asks for") {
    const RuleSet rules =
        rule_set("allow if-boolean b true if-boolean a false\ndeny dom-name n if-boolean b false\nallow dom-type t");
    const auto names = rules.properties();
    CHECK(std::vector<std::string>{names.begin(), names.end()} == std::vector<std::string>{"a", "b", "name", "type"});
    CHECK(RuleSet{}.properties().empty());
}
