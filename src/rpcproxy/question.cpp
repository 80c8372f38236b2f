#include "rpcproxy/question.hpp"

#include <algorithm>

namespace xm::rpcproxy {

Verdict judge(const RuleSet& rules, const Question& question) {
    return question.ask([&](const Subject& subject, const Properties& properties) {
        return rules.judge(subject, question.facts, properties);
    });
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
