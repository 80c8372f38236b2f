#include "dbd/tree_builder.hpp"

#include "base/utf8.hpp"

#include <algorithm>

namespace xm::dbd {
namespace {

const char* complaint_about(const Row& row, std::string_view name, std::size_t depth) {
    if (row.path.size() > Limits::path || depth > Limits::depth) return "its path is too long";
    if (const char* complaint = complaint_about_name(name)) return complaint;
    if (row.kind > Kind::binary) return "its kind is unknown";
    if (row.text.size() > Limits::value || !text::is_utf8(row.text)) return "its value is not valid";
    return nullptr;
}

// Newest first: rows arrive sorted, so the parent that is asked for was added last.
Node* find_last(Node& node, std::string_view name) {
    if (!node.body) return nullptr;
    auto& children = node.body->children;
    const auto at =
        std::find_if(children.rbegin(), children.rend(), [&](const Node& child) { return child.name == name; });
    return at == children.rend() ? nullptr : &*at;
}

void sort(Node& node) {
    if (!node.body) return;
    auto& children = node.body->children;
    std::stable_sort(children.begin(), children.end(),
                     [](const Node& a, const Node& b) { return a.position < b.position; });
    children.shrink_to_fit();
    for (Node& child : children)
        sort(child);
}

}    // namespace

Node* TreeBuilder::find_parent(const std::string& path) {
    if (path == last_parent_path_ && last_parent_ != nullptr) return last_parent_;
    last_parent_path_ = path;
    last_parent_ = &tree_.root_;
    for (std::size_t at = 0; at < path.size() && last_parent_ != nullptr;) {
        const std::size_t end = std::min(path.find('/', at + 1), path.size());
        last_parent_ = find_last(*last_parent_, std::string_view{path}.substr(at + 1, end - at - 1));
        at = end;
    }
    return last_parent_;
}

const char* TreeBuilder::add(Row row) {
    const std::size_t slash = row.path.rfind('/');
    if (slash == std::string::npos) return "its path does not start with a slash";
    std::string name = row.path.substr(slash + 1);
    const auto depth = static_cast<std::size_t>(std::count(row.path.begin(), row.path.end(), '/'));
    if (const char* complaint = complaint_about(row, name, depth)) return complaint;
    Node* parent = find_parent(row.path.substr(0, slash));
    if (parent == nullptr) return "its parent is missing";
    if (parent->kind != Kind::interior) return "its parent is not an interior node";
    Node& node = own_body(*parent).children.emplace_back();
    node.name = std::move(name);
    node.text = std::move(row.text);
    node.position = row.position;
    node.kind = row.kind;
    if (row.kind == Kind::binary) own_body(node).content = std::move(row.content);
    tree_.next_position_ = std::max(tree_.next_position_, row.position + 1);
    return nullptr;
}

Tree TreeBuilder::finish() {
    sort(tree_.root_);
    last_parent_ = nullptr;
    return std::move(tree_);
}

}    // namespace xm::dbd
