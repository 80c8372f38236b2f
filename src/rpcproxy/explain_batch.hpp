#pragma once
// The verdicts on a recorded trace: one JSON object a line in, one out.
//
//   in   {"id", "rules": text, "direction": "inc"|"out",
//         "message": {"type", "destination", "interface", "member", "sender", "signature", "args"},
//         "facts": {"domid", "uuid", "stubdom", "type", "name"}, "properties": {}}
//   out  {"id", "verdict": "allow"|"deny", "rule": line of the rule that decided, or null}
//        {"id", "verdict": "error", "line": N}                   the rules are malformed in line N
//        {"id", "verdict": "error", "line": 0, "reason": text}   the input is not such an object
//
// What is null or missing in message and facts is absent or unknown.

#include "rpcproxy/judge.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace xm::rpcproxy {

class ExplainBatch {
public:
    std::string answer(std::string_view line);    // without line feeds

private:
    struct Compiled {
        RuleSet rules;
        std::size_t malformed_line = 0;    // 0: they are well formed
    };
    const Compiled& compiled(const std::string& rules);

    std::unordered_map<std::string, std::unique_ptr<Compiled>> cache_;    // by the text of the rules; emptied when full
};

}    // namespace xm::rpcproxy
