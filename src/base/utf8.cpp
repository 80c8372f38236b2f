#include "base/utf8.hpp"

#include <cstdint>

namespace xm::text {
namespace {

struct Form {
    unsigned char first_low, first_high;      // range of the first byte
    unsigned char second_low, second_high;    // range of the second byte
    std::size_t length;
};

// RFC 3629, section 4, row by row.
constexpr Form forms[] = {
    {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
    {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

bool within(char c, unsigned char low, unsigned char high) {
    const auto byte = static_cast<unsigned char>(c);
    return low <= byte && byte <= high;
}

// Length of the well-formed character at the start of `text`, 0 if there is none.
std::size_t character(std::string_view text) {
    if (within(text[0], 0x00, 0x7f)) return 1;
    for (const Form& form : forms) {
        if (!within(text[0], form.first_low, form.first_high)) continue;
        if (text.size() < form.length || !within(text[1], form.second_low, form.second_high)) return 0;
        for (std::size_t i = 2; i < form.length; ++i) {
            if (!within(text[i], 0x80, 0xbf)) return 0;
        }
        return form.length;
    }
    return 0;
}

constexpr std::size_t word = 8;

// Most text is ASCII, so it is looked at by words: the compiler makes one load of this.
bool begins_with_ascii_word(std::string_view text) {
    if (text.size() < word) return false;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < word; ++i)
        bits |= std::uint64_t{static_cast<unsigned char>(text[i])} << 8 * i;
    return (bits & 0x8080808080808080) == 0;
}

}    // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        if (begins_with_ascii_word(text)) {
            text.remove_prefix(word);
            continue;
        }
        const std::size_t length = character(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

}    // namespace xm::text
