// A rule file, and decisions by what it says: the index must agree with the slow look at each rule.

#include "fuzz.hpp"
#include "rpcproxy/explain.hpp"
#include "rpcproxy/lint.hpp"
#include "rpcproxy/specifiers.hpp"

#include <algorithm>

using namespace xm;
using namespace xm::rpcproxy;

namespace {

constexpr std::size_t most_rules = 50;

// A message that has what this rule names, so that there is something to decide.
Question question_about(const Rule& rule) {
    Question question;
    question.direction = rule.direction;
    question.kind = rule.kind.value_or(Kind::method_call);
    question.destination = rule.destination.value_or("com.x");
    question.interface = rule.interface;
    question.member = rule.member;
    question.facts.domid = rule.dom_id.value_or(1);
    question.facts.stubdom = rule.stubdom.value_or(false);
    question.facts.uuid = rule.dom_uuid;
    return question;
}

void expect_same_by_hand(const RuleSet& rules, const Question& question, const Verdict& verdict) {
    question.ask([&](const Subject& subject, const Properties& properties) {
        for (std::size_t i = rules.rules().size(); i-- > 0;) {
            const Rule& rule = rules.rules()[i];
            const auto all = specified(rule, subject, question.facts, properties);
            const bool matches = std::all_of(all.begin(), all.end(), [&](const Specified& one) {
                return one.held == Held::yes || (one.held == Held::absent && !rule.allow);
            });
            if (matches) return fuzz::expect(verdict.rule == &rule, "the last rule that matches decides");
        }
        fuzz::expect(verdict.by_default, "what no rule matches is denied");
    });
}

}    // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::as_text(data, size);
    parse_vm_rule(text, Uuid{}, "node");
    Parsed parsed = parse_rules(text, "F");
    if (parsed.error) {
        fuzz::expect(parsed.rules.empty(), "a file is refused as a whole");
        fuzz::expect(parsed.error->column > 0 && parsed.error->origin.line > 0, "what is wrong has a place");
        for (const char c : parsed.error->reason)
            fuzz::expect(c >= ' ' && c <= '~', "reasons are plain text");
        return 0;
    }
    if (parsed.rules.size() > most_rules) return 0;
    for (const Finding& finding : lint(parsed.rules))
        fuzz::expect(!finding.what.empty() && !finding.cure.empty(), "a finding has a cure");
    const RuleSet rules{std::move(parsed.rules)};
    for (const Rule& rule : rules.rules()) {
        const Parsed again = parse_rules(rule.text, "F");
        fuzz::expect(again.rules.size() == 1 && again.rules[0].text == rule.text, "a rule's text is the rule");
        const Question question = question_about(rule);
        const Verdict verdict = judge(rules, question);
        if (verdict.rule || verdict.by_default) expect_same_by_hand(rules, question, verdict);
        fuzz::expect(!explain(rules, question).empty(), "there is always an explanation");
    }
    return 0;
}
