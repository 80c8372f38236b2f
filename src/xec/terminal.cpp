#include "xec/terminal.hpp"

#include <fmt/format.h>

#include <clocale>
#include <cwchar>

namespace xm::xec {
namespace {

struct Character {
    char32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

std::size_t sequence_length(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead < 0xe0) return 2;
    if (lead >= 0xe0 && lead < 0xf0) return 3;
    if (lead >= 0xf0 && lead < 0xf5) return 4;
    return 0;
}

// Overlong forms, surrogates and values over U+10FFFF are not characters.
bool is_scalar(char32_t code, std::size_t bytes) {
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    return code >= least[bytes] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

// First character of non-empty text.
Character decode(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const auto length = sequence_length(lead);
    if (length == 0 || length > text.size()) return {};
    char32_t code = length == 1 ? lead : lead & (0xffu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xc0) != 0x80) return {};
        code = (code << 6) | (next & 0x3fu);
    }
    if (!is_scalar(code, length)) return {};
    return {code, length, true};
}

bool is_harmful(char32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0) ||          // C0, DEL, C1
           code == 0x061c || code == 0x200e || code == 0x200f ||    // direction marks
           (code >= 0x2028 && code <= 0x202e) ||                    // separators, embeddings, overrides
           (code >= 0x2066 && code <= 0x2069);                      // isolates
}

// glibc's table of widths. C.UTF-8 is part of libc itself on Debian; without it every character counts as one column.
class Utf8Locale {
public:
    Utf8Locale() : own_{newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)} {
        if (own_ != nullptr) before_ = uselocale(own_);
    }
    ~Utf8Locale() {
        if (own_ == nullptr) return;
        uselocale(before_);
        freelocale(own_);
    }
    Utf8Locale(const Utf8Locale&) = delete;
    Utf8Locale& operator=(const Utf8Locale&) = delete;

    std::size_t width(char32_t code) const {
        if (own_ == nullptr) return 1;
        const int columns = wcwidth(static_cast<wchar_t>(code));
        return columns < 0 ? 0 : static_cast<std::size_t>(columns);
    }

private:
    locale_t own_;
    locale_t before_ = nullptr;
};

bool is_plain(std::string_view text) {
    for (const char c : text)
        if (c < 0x20 || c == 0x7f) return false;    // bytes over 0x7f are negative
    return true;
}

}    // namespace

std::string escape_control(std::string_view untrusted, Newlines newlines) {
    std::string safe;
    while (!untrusted.empty()) {
        const auto character = decode(untrusted);
        const bool layout = character.code == '\n' || character.code == '\t';
        if (!character.valid) {
            safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(untrusted[0]));
        } else if (is_harmful(character.code) && !(layout && newlines == Newlines::keep)) {
            safe += fmt::format("\\u{:04x}", static_cast<unsigned>(character.code));
        } else {
            safe += untrusted.substr(0, character.bytes);
        }
        untrusted.remove_prefix(character.bytes);
    }
    return safe;
}

std::string quotable(std::string_view untrusted, std::size_t limit) {
    if (untrusted.size() <= limit) return escape_control(untrusted, Newlines::escape);
    while (limit > 0 && (static_cast<unsigned char>(untrusted[limit]) & 0xc0) == 0x80)
        --limit;    // not in the middle of a character
    return escape_control(untrusted.substr(0, limit), Newlines::escape) + "...";
}

std::size_t display_width(std::string_view text) {
    if (is_plain(text)) return text.size();
    const Utf8Locale locale;
    std::size_t columns = 0;
    while (!text.empty()) {
        const auto character = decode(text);
        columns += character.valid ? locale.width(character.code) : 1;
        text.remove_prefix(character.bytes);
    }
    return columns;
}

std::string pad_right(std::string_view text, std::size_t width) {
    const auto columns = display_width(text);
    return std::string{text} + std::string(columns < width ? width - columns : 0, ' ');
}

std::string pad_left(std::string_view text, std::size_t width) {
    const auto columns = display_width(text);
    return std::string(columns < width ? width - columns : 0, ' ') + std::string{text};
}

}    // namespace xm::xec
