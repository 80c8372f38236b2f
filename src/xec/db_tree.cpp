#include "xec/db_tree.hpp"

#include "base/failure.hpp"
#include "xec/failures.hpp"

#include <fmt/format.h>

#include <string_view>

namespace xm::xec {
namespace {

// "/vm/x/" and "vm//x" are "/vm/x"; the root is empty.
std::string tidy(std::string_view path) {
    std::string result;
    for (const char c : path)
        if (c != '/' || !result.ends_with('/')) result += c;
    if (!result.starts_with('/')) result.insert(0, "/");
    if (result.ends_with('/')) result.pop_back();
    return result;
}

class Listing {
public:
    Listing(bool full_paths, const std::function<std::string(const std::string&)>& read_node)
        : full_paths_{full_paths}, read_node_{read_node} {}

    void add(const std::string& path, const Json& node, std::size_t depth);
    std::string text() const { return text_; }

private:
    std::string name(const std::string& path, std::size_t depth) const;
    std::string value(const std::string& path, const Json& node) const;

    bool full_paths_;
    const std::function<std::string(const std::string&)>& read_node_;
    std::string text_;
};

std::string Listing::name(const std::string& path, std::size_t depth) const {
    if (full_paths_) return path.empty() ? "/" : path;
    return std::string(depth, ' ') + path.substr(path.rfind('/') + 1);
}

// What db-read prints: texts as they are, other scalars as JSON, lists and empty nodes nothing. How many digits a
// fraction has is the database's choice, so it is asked.
std::string Listing::value(const std::string& path, const Json& node) const {
    if (node.is_string()) return node.get<std::string>();
    if (node.is_null() || node.is_number_float()) return read_node_(path.empty() ? "/" : path);
    return node.is_structured() ? "" : compact(node);
}

void Listing::add(const std::string& path, const Json& node, std::size_t depth) {
    if (!node.is_object() || node.empty()) {
        text_ += fmt::format("{} = \"{}\"\n", name(path, depth), value(path, node));
        return;
    }
    text_ += name(path, depth) + " =\n";
    for (const auto& [child, below] : node.items())
        add(fmt::format("{}/{}", path, child), below, depth + 1);
}

}    // namespace

Json parse_dump(const std::string& text) {
    auto tree = Json::parse(text, nullptr, false);
    if (tree.is_discarded()) fail(failures::bad_reply, "dump", "the answer is no JSON");
    return tree;
}

std::string tree_listing(const std::string& path, const Json& tree, bool full_paths,
                         const std::function<std::string(const std::string& path)>& read_node) {
    Listing listing{full_paths, read_node};
    listing.add(tidy(path), tree, 0);
    return listing.text();
}

}    // namespace xm::xec
