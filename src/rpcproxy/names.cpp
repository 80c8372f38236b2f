#include "rpcproxy/names.hpp"

#include "base/utf8.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace xm::rpcproxy {
namespace {

enum Class : std::uint8_t { letter = 1, digit = 2, hyphen = 4 };    // the underscore counts as a letter

constexpr auto classes = [] {
    std::array<std::uint8_t, 256> table{};
    for (unsigned c = 'a'; c <= 'z'; ++c)
        table[c] = letter;
    for (unsigned c = 'A'; c <= 'Z'; ++c)
        table[c] = letter;
    for (unsigned c = '0'; c <= '9'; ++c)
        table[c] = digit;
    table['_'] = letter;
    table['-'] = hyphen;
    return table;
}();

constexpr std::size_t longest_name = 255;

struct Shape {
    char separator;
    std::uint8_t first;    // classes that may begin an element
    std::uint8_t rest;
};

// How many elements the text consists of; 0 if one of them is empty or holds something else.
std::size_t elements(std::string_view text, Shape shape) {
    std::size_t count = 0;
    std::uint8_t wanted = shape.first;
    bool inside = false;
    for (const char c : text) {
        if (c == shape.separator && inside) {
            inside = false;
            wanted = shape.first;
            continue;
        }
        if ((classes[static_cast<unsigned char>(c)] & wanted) == 0) return 0;
        if (!inside) ++count;
        inside = true;
        wanted = shape.rest;
    }
    return inside ? count : 0;
}

std::size_t dotted(std::string_view text, std::uint8_t first, std::uint8_t rest) {
    return elements(text, {.separator = '.', .first = first, .rest = rest});
}

}    // namespace

bool is_object_path(std::string_view text) {
    if (!text.starts_with('/')) return false;
    constexpr std::uint8_t any = letter | digit;
    return text.size() == 1 || elements(text.substr(1), {.separator = '/', .first = any, .rest = any}) > 0;
}

bool is_interface_name(std::string_view text) {
    return text.size() <= longest_name && dotted(text, letter, letter | digit) >= 2;
}

bool is_member_name(std::string_view text) {
    return text.size() <= longest_name && dotted(text, letter, letter | digit) == 1;
}

bool is_bus_name(std::string_view text) {
    if (text.size() > longest_name) return false;
    constexpr std::uint8_t any = letter | digit | hyphen;
    if (text.starts_with(':')) return dotted(text.substr(1), any, any) >= 2;
    return dotted(text, letter | hyphen, any) >= 2;
}

bool is_plain_text(std::string_view text) { return text.find('\0') == std::string_view::npos && text::is_utf8(text); }

}    // namespace xm::rpcproxy
