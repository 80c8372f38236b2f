#pragma once
// What a reader of the rules should know: rules that never decide, that contradict each other, or that reach further,
// or less far, than they look.

#include "rpcproxy/rules.hpp"

#include <span>
#include <string>
#include <vector>

namespace xm::rpcproxy {

struct Finding {
    Origin origin;
    std::string what;
    std::string cure;
};

std::string to_string(const Finding& finding);    // "F:12: what: cure"

// In the order of the rules.
std::vector<Finding> lint(std::span<const Rule> rules);

}    // namespace xm::rpcproxy
