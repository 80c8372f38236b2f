#include "rpcproxy/question.hpp"

#include <algorithm>

namespace xm::rpcproxy {
namespace {

Verdict judge_loosely(const RuleSet& rules, const Question& question) {
    Verdict verdict = judge(rules.without_interfaces(), question);
    verdict.loosely = verdict.allow;
    verdict.rule = verdict.rule ? &rules.rules()[verdict.position] : nullptr;
    return verdict;
}

}    // namespace

Verdict judge(const RuleSet& rules, const Question& question) {
    return question.ask([&](const Subject& subject, const Properties& properties) {
        return rules.judge(subject, question.facts, properties);
    });
}

Verdict decide(const RuleSet& rules, const Question& question, Circumstances circumstances) {
    return question.ask([&](const Subject& subject, const Properties& properties) {
        Verdict verdict = rules.judge(subject, question.facts, properties);
        if (!verdict.allow && circumstances.compat_interface_match && RuleSet::may_ignore_interfaces(subject))
            if (const Verdict loose = judge_loosely(rules, question); loose.allow) verdict = loose;
        if (!verdict.allow || question.facts.domid == 0u) return verdict;
        const char* kept = rules.keeps_name_from(subject, circumstances.gives_names);
        return kept ? Verdict{.reason = kept} : verdict;
    });
}

std::string usual_signature(const Question& question) {
    if (!question.first_argument) return {};
    if (question.member == "Get") return "ss";
    if (question.member == "RequestName") return "su";
    return question.member == "Set" ? "ssv" : "s";
}

std::optional<Direction> direction_of(std::string_view word) {
    if (word == "inc" || word == "incoming") return Direction::incoming;
    if (word == "out" || word == "outgoing") return Direction::outgoing;
    return std::nullopt;
}

std::optional<Kind> kind_of(std::string_view word) {
    std::string name{word};
    std::replace(name.begin(), name.end(), '_', '-');
    if (name == "method-call") return Kind::method_call;
    if (name == "method-return") return Kind::method_return;
    if (name == "error") return Kind::error;
    if (name == "signal") return Kind::signal;
    return std::nullopt;
}

}    // namespace xm::rpcproxy
