#pragma once
// The listing of db-ls, made from one dump of the subtree. Pure.

#include "xec/value_json.hpp"

#include <functional>
#include <string>

namespace xm::xec {

// Fails with bad_reply if the text is no JSON.
Json parse_dump(const std::string& text);

// `read_node` is asked for nodes that a dump shows as null: empty ones, and binary ones, whose value is a file's name.
std::string tree_listing(const std::string& path, const Json& tree, bool full_paths,
                         const std::function<std::string(const std::string& path)>& read_node);

}    // namespace xm::xec
