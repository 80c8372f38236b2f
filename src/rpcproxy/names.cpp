#include "rpcproxy/names.hpp"

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

constexpr std::uint64_t word_at(std::string_view text, std::size_t at) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8; ++i)
        word |= std::uint64_t{static_cast<unsigned char>(text[at + i])} << 8 * i;
    return word;
}

// Bytes 0x01..0x7f only, eight at a time.
bool all_plain_ascii(std::uint64_t word) {
    constexpr std::uint64_t lows = 0x0101010101010101, highs = 0x8080808080808080;
    return (((word - lows) | word) & highs) == 0;
}

// Follows a lead byte; the first continuation byte is within `low`..`high`, which rules out the longer forms,
// surrogates and what lies above the last code point.
struct Sequence {
    std::size_t size;
    unsigned char low, high;
};

constexpr Sequence sequence_of(unsigned char lead) {
    if (lead >= 0x01 && lead <= 0x7f) return {1, 0, 0};
    if (lead >= 0xc2 && lead <= 0xdf) return {2, 0x80, 0xbf};
    if (lead == 0xe0) return {3, 0xa0, 0xbf};
    if (lead == 0xed) return {3, 0x80, 0x9f};
    if (lead >= 0xe1 && lead <= 0xef) return {3, 0x80, 0xbf};
    if (lead == 0xf0) return {4, 0x90, 0xbf};
    if (lead >= 0xf1 && lead <= 0xf3) return {4, 0x80, 0xbf};
    if (lead == 0xf4) return {4, 0x80, 0x8f};
    return {0, 0, 0};
}

// The length of the character at the beginning of the text; 0 if there is none.
std::size_t character(std::string_view text) {
    const Sequence sequence = sequence_of(static_cast<unsigned char>(text.front()));
    if (sequence.size == 0 || sequence.size > text.size()) return 0;
    unsigned char low = sequence.low, high = sequence.high;
    for (const char c : text.substr(1, sequence.size - 1)) {
        if (static_cast<unsigned char>(c) < low || static_cast<unsigned char>(c) > high) return 0;
        low = 0x80;
        high = 0xbf;
    }
    return sequence.size;
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

bool is_plain_text(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        if (text.size() - at >= 8 && all_plain_ascii(word_at(text, at))) {
            at += 8;
            continue;
        }
        const std::size_t size = character(text.substr(at));
        if (size == 0) return false;
        at += size;
    }
    return true;
}

}    // namespace xm::rpcproxy
