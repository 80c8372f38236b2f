#pragma once
// Builds a tree from the rows of a database file, and tells a sound row from a damaged one.

#include "dbd/changes.hpp"
#include "dbd/tree.hpp"

#include <string>

namespace xm::dbd {

class TreeBuilder {
public:
    TreeBuilder() = default;
    TreeBuilder(const TreeBuilder&) = delete;
    TreeBuilder& operator=(const TreeBuilder&) = delete;

    // Rows come sorted by path, byte by byte. Null if the row was taken, else why it cannot be right.
    const char* add(Row row);

    // Siblings in the order of their positions.
    Tree finish();

private:
    Node* find_parent(const std::string& path);

    Tree tree_;
    std::string last_parent_path_;
    Node* last_parent_ = &tree_.root_;    // into tree_; reset when another parent is looked up
};

}    // namespace xm::dbd
