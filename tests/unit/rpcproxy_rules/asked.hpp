#pragma once
// Short ways to ask the rules in tests.

#include "rpcproxy/question.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

namespace xm::rpcproxy {

inline RuleSet rule_set(std::string_view text) {
    Parsed parsed = parse_rules(text, "F");
    if (parsed.error) FAIL(to_string(*parsed.error));
    return RuleSet{std::move(parsed.rules)};
}

// An ordinary guest: domain 5, no stub domain.
inline Facts guest() {
    Facts facts;
    facts.domid = 5;
    facts.stubdom = false;
    return facts;
}

inline Question call(const char* destination, const char* interface, const char* member) {
    Question question;
    if (destination) question.destination = destination;
    if (interface) question.interface = interface;
    if (member) question.member = member;
    question.facts = guest();
    return question;
}

inline Question signal(const char* interface, const char* member) {
    Question question = call(nullptr, interface, member);
    question.kind = Kind::signal;
    return question;
}

inline Question of_kind(Kind kind, const char* destination = nullptr) {
    Question question = call(destination, nullptr, nullptr);
    question.kind = kind;
    return question;
}

inline Question outgoing(Question question) {
    question.direction = Direction::outgoing;
    return question;
}

inline Question with_body(Question question, const char* signature, const char* first) {
    question.signature = signature;
    if (first) question.first_argument = first;
    return question;
}

inline Question with_facts(Question question, Facts facts) {
    question.facts = std::move(facts);
    return question;
}

// A row of a table: the rules, what is asked, and the line that must decide; 0: none may.
struct Case {
    const char* id;
    const char* rules;
    Question question;
    bool allow;
    std::size_t line;
};

inline void check(const Case& one) {
    INFO(one.id << "\n" << one.rules);
    const RuleSet rules = rule_set(one.rules);
    const Verdict verdict = judge(rules, one.question);
    CHECK(verdict.allow == one.allow);
    CHECK((verdict.rule ? verdict.rule->origin.line : 0) == one.line);
    CHECK((verdict.rule != nullptr) == (verdict.reason == nullptr));
    if (verdict.rule) CHECK(verdict.rule == &rules.rules()[verdict.position]);
}

template <class Cases>
void check_all(const Cases& cases) {
    for (const Case& one : cases)
        check(one);
}

}    // namespace xm::rpcproxy
