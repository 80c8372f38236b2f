#pragma once
// Names that a single node of xenstore may have: what the daemon takes as a part of a path, shorter than it allows.

#include <cstddef>
#include <string_view>

namespace xm::model {

inline constexpr std::size_t longest_node_name = 64;

constexpr bool is_node_name(std::string_view text) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-@";
    return !text.empty() && text.size() <= longest_node_name && text.find_first_not_of(letters) == text.npos;
}
static_assert(is_node_name("booted") && !is_node_name("a/b") && !is_node_name("") && !is_node_name("a.b"));

}    // namespace xm::model
