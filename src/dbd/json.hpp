#pragma once
// The tree as JSON text: dump, inject, import and export.
// Reader: strict JSON (RFC 8259) in UTF-8; duplicate keys and names or values that the tree refuses are errors; empty
// or blank text is an empty tree. Objects become interior nodes, null empty nodes, strings and everything else leaves.
// Writer: two-space indentation, one member per line, slash escaped, control characters as \u00XX, integers decimal,
// other numbers with six decimals, "{ }" and "[]" when empty, trailing newline.

#include "dbd/node.hpp"
#include "dbd/path.hpp"

#include <string>
#include <string_view>

namespace xm::dbd {

// `at` is where the result will stand: limits count from the root, and failures (errors::bad_json, bad_path, bad_value)
// name the place that is wrong.
Node parse_json(std::string_view untrusted, const Path& at);

// null: "null".
std::string to_json(const Node* node);

// One JSON string with its quotes.
void append_quoted(std::string& out, std::string_view text);

}    // namespace xm::dbd
