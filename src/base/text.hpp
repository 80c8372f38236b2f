#pragma once
// Small, strict text functions. Nothing here depends on the locale.

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xm::text {

std::string_view trim(std::string_view text);    // blanks, tabs, carriage returns, newlines
std::vector<std::string_view> split(std::string_view text, char separator);    // keeps empty parts
bool iequals(std::string_view a, std::string_view b);                          // ASCII case only

// Text that came from outside, made safe for a log line or an error: printable ASCII stays, everything else
// (control characters, quotes, backslash, bytes over 0x7e) becomes \xNN; cut after `limit` bytes.
std::string escaped(std::string_view untrusted, std::size_t limit = 200);

// The whole text must be the number: no blanks, no plus sign, no trailing characters.
template <std::integral T>
std::optional<T> parse_number(std::string_view text, int base = 10) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// true/yes/1 and false/no/0, as the configuration database stores them.
std::optional<bool> parse_bool(std::string_view text);

}    // namespace xm::text
