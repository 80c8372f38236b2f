#pragma once
// What the generator says about a faulty file: where, what is wrong, and how to cure it.

#include <compare>
#include <cstddef>
#include <string>
#include <vector>

namespace xm::rpcgen {

struct Position {
    std::string file;
    std::size_t line = 1;      // from 1
    std::size_t column = 1;    // from 1, in characters

    auto operator<=>(const Position&) const = default;
};

struct Diagnostic {
    Position at;
    std::string what;
    std::string cure;

    auto operator<=>(const Diagnostic&) const = default;
};

using Diagnostics = std::vector<Diagnostic>;

inline std::string to_string(const Diagnostic& d) {
    return d.at.file + ":" + std::to_string(d.at.line) + ":" + std::to_string(d.at.column) + ": " + d.what + ": " +
           d.cure;
}

}    // namespace xm::rpcgen
