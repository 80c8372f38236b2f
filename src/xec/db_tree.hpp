#pragma once
// The listing of db-ls, made from one dump of the subtree. Pure.

#include "xec/value_json.hpp"

#include <functional>
#include <string>

namespace xm::xec {

// Fails with bad_reply if the text is no JSON.
Json parse_dump(const std::string& text);

// `read_node` is asked for what a dump does not tell: nodes shown as null are empty, or binary with a file's name as
// their value; fractions are written in the database's way.
std::string tree_listing(const std::string& path, const Json& tree, bool full_paths,
                         const std::function<std::string(const std::string& path)>& read_node);

}    // namespace xm::xec
