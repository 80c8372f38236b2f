#include "dbd/tree.hpp"

#include "base/failure.hpp"
#include "gen/errors.hpp"

#include <algorithm>
#include <utility>

namespace xm::dbd {
namespace {

void record(const Node& node, const std::string& path, Changes& changes) {
    changes.steps.emplace_back(Row{path, node.position, node.kind, node.text, {}});
}

Node* find_own(std::vector<Node>& nodes, std::string_view name) {
    const auto at = std::find_if(nodes.begin(), nodes.end(), [&](const Node& node) { return node.name == name; });
    return at == nodes.end() ? nullptr : &*at;
}

bool is_string(const Node& node, const std::string& value) { return node.kind == Kind::string && node.text == value; }

}    // namespace

const Node* Tree::find(const Path& path) const {
    const Node* node = &root_;
    for (const std::string_view part : path.parts()) {
        node = node->find(part);
        if (node == nullptr) return nullptr;
    }
    return node;
}

void Tree::write(const Path& path, std::string value, Changes& changes) {
    refuse_binary(path);
    const Node* present = find(path);
    if (present != nullptr && (present->kind == Kind::interior || is_string(*present, value))) return;
    Node& node = make(path, changes);
    node.kind = Kind::string;
    node.text = std::move(value);
    record(node, path.text(), changes);
    changes.paths.push_back(path.text());
}

void Tree::remove(const Path& path, Changes& changes) {
    const Node* present = find(path);
    if (present == nullptr) return;
    if (present->kind == Kind::binary) refuse_binary(path);
    changes.paths.push_back(path.text());
    changes.steps.emplace_back(Erase{path.text()});
    if (path.is_root()) {
        root_.body.reset();
        return;
    }
    const std::string name{path.parts().back()};
    const std::string parent = path.text().substr(0, path.text().size() - name.size() - 1);
    const auto goes = [&](const Node& node) { return node.name == name || node.kind == Kind::empty; };
    auto& siblings = own_body(make(Path::parse(parent), changes)).children;
    for (const Node& sibling : siblings) {
        if (sibling.name != name && goes(sibling)) changes.steps.emplace_back(Erase{parent + '/' + sibling.name});
    }
    std::erase_if(siblings, goes);
}

void Tree::inject(const Path& path, Node value, Changes& changes) {
    refuse_binary(path);
    if (path.is_root() && value.kind != Kind::interior && value.kind != Kind::empty)
        fail(errors::bad_json, path.shown(), "the root of the tree must be a JSON object");
    if (find(path) != nullptr) changes.steps.emplace_back(Erase{path.text()});
    changes.paths.push_back(path.text());
    Node& node = make(path, changes);
    node.kind = path.is_root() ? Kind::interior : value.kind;
    node.text = std::move(value.text);
    node.body = std::move(value.body);
    adopt(node, path.text(), changes);
}

// The node at `path`, created if absent, ready to be changed. Records the way to it, but not the node itself.
Node& Tree::make(const Path& path, Changes& changes) {
    Node* node = &root_;
    std::string at;
    for (const std::string_view part : path.parts()) {
        if (node->kind != Kind::interior) {
            node->kind = Kind::interior;
            node->text.clear();
            record(*node, at, changes);
        }
        auto& children = own_body(*node).children;
        node = find_own(children, part);
        if (node == nullptr) {
            node = &children.emplace_back();
            node->name = part;
            node->position = next_position_++;
        }
        at.append("/").append(part);
    }
    return *node;
}

// Gives everything below a new node its positions and records it.
void Tree::adopt(Node& node, const std::string& path, Changes& changes) {
    if (!path.empty()) record(node, path, changes);
    if (node.kind == Kind::binary) std::get<Row>(changes.steps.back()).content = node.body ? node.body->content : "";
    if (node.children().empty()) return;
    for (Node& child : own_body(node).children) {
        child.position = next_position_++;
        adopt(child, path + '/' + child.name, changes);
    }
}

void Tree::refuse_binary(const Path& path) const {
    const Node* node = &root_;
    for (const std::string_view part : path.parts()) {
        node = node->find(part);
        if (node == nullptr) return;
        if (node->kind == Kind::binary) fail(errors::binary_node, path.shown(), "{} is a binary node", node->name);
    }
}

std::string read_text(const Node* node) {
    if (node == nullptr) return {};
    if (node->kind == Kind::string) return node->text;
    if (node->kind == Kind::json) return node->text.starts_with('[') ? std::string{} : node->text;
    if (node->kind == Kind::binary) return "file:" + node->text;
    return {};
}

std::vector<std::string> list_names(const Node* node) {
    std::vector<std::string> names;
    if (node == nullptr) return names;
    names.reserve(node->children().size());
    for (const Node& child : node->children())
        names.push_back(child.name);
    return names;
}

}    // namespace xm::dbd
