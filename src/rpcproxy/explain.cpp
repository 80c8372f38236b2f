#include "rpcproxy/explain.hpp"

#include "rpcproxy/specifiers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace xm::rpcproxy {
namespace {

constexpr std::size_t most_passed_over = 10;

std::string shown(const Rule& rule) { return fmt::format("{}: {}", to_string(rule.origin), rule.text); }

// What is absent, if nothing else keeps the rule from matching; else nothing.
std::string absent_of(const Rule& rule, const Subject& subject, const Facts& facts, const Properties& properties) {
    std::string absent;
    for (const Specified& one : specified(rule, subject, facts, properties)) {
        if (one.held == Held::no) return {};
        if (one.held == Held::absent) absent += (absent.empty() ? "" : ", ") + one.what;
    }
    return absent;
}

std::string passed_over(const RuleSet& rules, std::size_t from, const Question& question, const Subject& subject,
                        const Properties& properties) {
    std::string lines;
    std::size_t count = 0;
    for (const Rule& rule : rules.rules().subspan(from)) {
        const std::string absent = rule.allow ? absent_of(rule, subject, question.facts, properties) : std::string{};
        if (absent.empty()) continue;
        if (++count > most_passed_over) return lines + "passed over: and more\n";
        lines += fmt::format("passed over: {}\n  absent or unknown: {}; an allow needs what it names\n", shown(rule),
                             absent);
    }
    return lines;
}

}    // namespace

std::string explain(const RuleSet& rules, const Question& question, Circumstances circumstances) {
    const Verdict verdict = decide(rules, question, circumstances);
    std::string text = verdict.allow ? "verdict: allow\n" : "verdict: deny\n";
    if (!verdict.rule) text += fmt::format("rule: none; {}\n", verdict.reason);
    if (!verdict.rule && !verdict.by_default) return text;
    if (verdict.loosely)
        return text + fmt::format("rule: {}\n  only by --compat-interface-match, which leaves its interface out\n",
                                  shown(*verdict.rule));
    return question.ask([&](const Subject& subject, const Properties& properties) {
        if (verdict.rule) {
            text += fmt::format("rule: {}\n", shown(*verdict.rule));
            const std::string absent = absent_of(*verdict.rule, subject, question.facts, properties);
            if (!absent.empty())
                text += fmt::format("  absent or unknown: {}; a deny holds for what might be\n", absent);
        }
        const std::size_t next = verdict.rule ? verdict.position + 1 : 0;
        return text + passed_over(rules, next, question, subject, properties);
    });
}

}    // namespace xm::rpcproxy
