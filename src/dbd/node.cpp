#include "dbd/node.hpp"

#include <algorithm>

namespace xm::dbd {

const Node* Node::find(std::string_view child) const {
    const auto all = children();
    const auto at = std::find_if(all.begin(), all.end(), [&](const Node& node) { return node.name == child; });
    return at == all.end() ? nullptr : &*at;
}

std::size_t Node::count() const {
    std::size_t total = children().size();
    for (const Node& child : children())
        total += child.count();
    return total;
}

Body& own_body(Node& node) {
    if (!node.body) {
        node.body = new Body;
    } else if (node.body->use_count() > 1) {
        node.body = new Body{*node.body};
    }
    return *node.body;
}

}    // namespace xm::dbd
