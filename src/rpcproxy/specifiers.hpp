#pragma once
// How each thing that a rule names stands to one message: the slow way, for explanations.

#include "rpcproxy/judge.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace xm::rpcproxy {

enum class Held : std::uint8_t { yes, no, absent };

struct Specified {
    std::string what;    // "interface", "if-boolean domstore-read-access"
    Held held = Held::no;
};

// Direction and kind first, then the rest as the manual lists it. The subject has one name for destination and sender,
// or none.
std::vector<Specified> specified(const Rule& rule, const Subject& subject, const Facts& facts,
                                 const Properties& properties);

}    // namespace xm::rpcproxy
