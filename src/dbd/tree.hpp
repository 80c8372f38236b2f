#pragma once
// The configuration tree in memory. Pure: no file, no bus, no clock. Copying a Tree is cheap and makes a snapshot that
// later changes of the other do not touch. Every change either happens completely or throws before anything happened.

#include "dbd/changes.hpp"
#include "dbd/node.hpp"
#include "dbd/path.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace xm::dbd {

class Tree {
public:
    const Node& root() const { return root_; }
    const Node* find(const Path& path) const;    // null: absent; valid until the tree changes

    // Stores a string. Missing parents are created, leaves on the way become interior nodes, new nodes go last among
    // their siblings. On an interior node: nothing happens. On or below a binary node: Failure (errors::binary_node).
    void write(const Path& path, std::string value, Changes& changes);

    // Removes the node and all below it; empty siblings go with it. Absent: nothing happens. Binary: Failure.
    void remove(const Path& path, Changes& changes);

    // Puts `value` in the place of whatever is there, keeping the place among the siblings. The root can only become
    // an interior node, anything else is a Failure (errors::bad_json).
    void inject(const Path& path, Node value, Changes& changes);

private:
    friend class TreeBuilder;

    Node& make(const Path& path, Changes& changes);
    void adopt(Node& node, const std::string& path, Changes& changes);
    void refuse_binary(const Path& path) const;

    Node root_{.name = {}, .text = {}, .position = 0, .kind = Kind::interior, .body = {}};
    std::int64_t next_position_ = 1;
};

// What `read` answers for a node: the text of a leaf; empty for interior and empty nodes, arrays, and null.
// Binary: "file:" and the file it came from.
std::string read_text(const Node* node);

std::vector<std::string> list_names(const Node* node);

}    // namespace xm::dbd
