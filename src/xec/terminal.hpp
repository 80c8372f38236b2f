#pragma once
// Text for people's eyes: what a terminal must not receive, and how many columns text takes. UTF-8 throughout,
// independent of the user's locale.

#include <cstddef>
#include <string>
#include <string_view>

namespace xm::xec {

enum class Newlines { keep, escape };

// Control characters (C0 but newline and tab, DEL, C1), direction overrides and line separators become \uNNNN, bytes
// that are no UTF-8 become \xNN. Without this, a VM's name could move the cursor, retitle the window or reorder text.
std::string escape_control(std::string_view untrusted, Newlines newlines = Newlines::keep);

// Text that a user or a service gave, fit for a place inside an error message: one line, at most `limit` bytes.
std::string quotable(std::string_view untrusted, std::size_t limit = 200);

// Columns on a terminal: wide (CJK) characters take two, combining ones none.
std::size_t display_width(std::string_view text);

// Blanks on the right (or left) until the text is `width` columns wide; longer text is left alone.
std::string pad_right(std::string_view text, std::size_t width);
std::string pad_left(std::string_view text, std::size_t width);

}    // namespace xm::xec
