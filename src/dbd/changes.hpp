#pragma once
// What requests did to the tree: the steps that bring the database file in line, and the paths to announce.

#include "dbd/node.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace xm::dbd {

// One node as the database file has it. Path: "/a/b"; the root has no row.
struct Row {
    std::string path;
    std::int64_t position = 0;
    Kind kind = Kind::empty;
    std::string text;
    std::string content;
};

// The node and everything below it; "" is the whole tree.
struct Erase {
    std::string path;
};

using Step = std::variant<Row, Erase>;

struct Changes {
    std::vector<Step> steps;           // in order; a Row replaces the row of the same path
    std::vector<std::string> paths;    // topmost place of each change
};

// Without repetitions and without paths below others; more than `limit` are replaced by their common ancestor.
// The root is "/".
std::vector<std::string> summary(std::vector<std::string> paths, std::size_t limit = 64);

}    // namespace xm::dbd
