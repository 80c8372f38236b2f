#pragma once
// Why the rules say what they say about one message, for the person who writes them.

#include "rpcproxy/question.hpp"

#include <string>

namespace xm::rpcproxy {

// Lines of text: the verdict; the rule that decided, as file:line and its words, or why none did; what it names that
// the message or the guest does not have; later rules that would have decided if nothing were absent.
std::string explain(const RuleSet& rules, const Question& question, Circumstances circumstances = {});

}    // namespace xm::rpcproxy
