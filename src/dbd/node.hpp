#pragma once
// One place of the configuration tree with what stands there. Nodes are values that share what is below them: copying
// a node, or a whole tree, copies one pointer, and whoever changes a shared body copies that body first (Tree does).
// Not for use by two threads at once: the counters are plain integers.

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xm::dbd {

// The numbers are written to the database file and must not change.
enum class Kind : std::uint8_t {
    empty = 0,       // JSON null
    interior = 1,    // JSON object
    string = 2,      // JSON string
    json = 3,        // any other JSON scalar, or an array
    binary = 4,      // contents of a file
};

struct Node;

struct Body : boost::intrusive_ref_counter<Body, boost::thread_unsafe_counter> {
    std::vector<Node> children;    // interior; in stored order
    std::string content;           // binary; the bytes
};

struct Node {
    std::string name;
    std::string text;             // string: the value; json: as the writer writes it; binary: the file it came from
    std::int64_t position = 0;    // siblings stand in the order of their positions
    Kind kind = Kind::empty;
    boost::intrusive_ptr<Body> body;    // null: no children, no content

    std::span<const Node> children() const {
        return body ? std::span<const Node>{body->children} : std::span<const Node>{};
    }
    const Node* find(std::string_view child) const;
    std::size_t count() const;    // nodes below this one
};

// The body as something that may be changed: made if there is none, copied if another tree shares it.
Body& own_body(Node& node);

}    // namespace xm::dbd
