#include "rpcproxy/json_text.hpp"

#include <array>
#include <charconv>

namespace xm::rpcproxy {

void append_quoted(std::string& json, std::string_view utf8) {
    constexpr std::string_view digits = "0123456789abcdef";
    json += '"';
    for (const char c : utf8) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20) {
            json += "\\u00";
            json += digits[byte >> 4];
            json += digits[byte & 15];
        } else {
            if (c == '"' || c == '\\') json += '\\';
            json += c;
        }
    }
    json += '"';
}

void append_real(std::string& json, double number) {
    std::array<char, 32> buffer;    // the longest is 24 characters
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    const std::string_view digits{buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data())};
    json += digits;
    if (digits.find_first_of(".e") == std::string_view::npos) json += ".0";
}

}    // namespace xm::rpcproxy
