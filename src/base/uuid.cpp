#include "base/uuid.hpp"

#include <sys/random.h>

#include <cerrno>
#include <system_error>

namespace xm {
namespace {

constexpr std::size_t text_length = 36;

constexpr bool separator_at(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}    // namespace

std::optional<Uuid> Uuid::parse(std::string_view text, char separator) {
    if (text.size() != text_length) return std::nullopt;
    Uuid uuid;
    std::size_t nibble = 0;
    for (std::size_t i = 0; i < text_length; ++i) {
        if (separator_at(i)) {
            if (text[i] != separator) return std::nullopt;
            continue;
        }
        const int value = digit(text[i]);
        if (value < 0) return std::nullopt;
        auto& byte = uuid.bytes_[nibble++ / 2];
        byte = static_cast<std::uint8_t>(byte << 4 | value);
    }
    return uuid;
}

std::optional<Uuid> Uuid::parse(std::string_view text) { return parse(text, '-'); }
std::optional<Uuid> Uuid::parse_path_form(std::string_view text) { return parse(text, '_'); }

Uuid Uuid::random() {
    Uuid uuid;
    if (getrandom(uuid.bytes_.data(), uuid.bytes_.size(), 0) != static_cast<ssize_t>(uuid.bytes_.size()))
        throw std::system_error{errno, std::system_category(), "getrandom"};
    uuid.bytes_[6] = static_cast<std::uint8_t>((uuid.bytes_[6] & 0x0f) | 0x40);
    uuid.bytes_[8] = static_cast<std::uint8_t>((uuid.bytes_[8] & 0x3f) | 0x80);
    return uuid;
}

std::string Uuid::render(char separator) const {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(text_length);
    for (const auto byte : bytes_) {
        if (separator_at(text.size())) text += separator;
        text += digits[byte >> 4];
        text += digits[byte & 0x0f];
    }
    return text;
}

std::string Uuid::text() const { return render('-'); }
std::string Uuid::path_form() const { return render('_'); }

}    // namespace xm
