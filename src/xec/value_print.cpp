#include "xec/value_print.hpp"

#include "xec/terminal.hpp"

#include <fmt/format.h>

#include <unistd.h>
#include <array>
#include <cmath>

namespace xm::xec {
namespace {

constexpr std::size_t key_width = 30;

const std::vector<bus::Variant>& elements_of(const bus::Variant& container) {
    return std::get<std::vector<bus::Variant>>(container.value);
}

std::string real_text(double value) {
    auto text = fmt::format("{}", value);
    if (std::isfinite(value) && text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

// "5 (/run/lock)", "6 (pipe:[4711])": the number alone would say nothing outside this process.
std::string descriptor_text(const bus::UnixFd& descriptor) {
    std::array<char, 4096> target{};
    const auto link = fmt::format("/proc/self/fd/{}", descriptor.get());
    const auto length = ::readlink(link.c_str(), target.data(), target.size());
    if (length < 0) return fmt::format("{}", descriptor.get());
    return fmt::format("{} ({})", descriptor.get(), std::string_view{target.data(), static_cast<std::size_t>(length)});
}

std::string bytes_text(const bus::Variant& byte_array) {
    std::string text = "\"";
    for (const auto byte : raw_bytes(byte_array)) {
        const bool plain = byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
        text += plain ? std::string{byte} : fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
    return text + '"';
}

// Everything but containers; the text of strings as it is.
struct ScalarText {
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(double value) const { return real_text(value); }
    std::string operator()(const std::string& value) const { return value; }
    std::string operator()(const bus::UnixFd& value) const { return descriptor_text(value); }
    std::string operator()(const std::vector<bus::Variant>&) const { return {}; }
    template <std::integral T>
    std::string operator()(T value) const {
        return std::to_string(value);
    }
};

std::string indented(std::string text) {
    for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1))
        text.insert(at + 1, "  ");
    return text;
}

std::string dictionary_text(const std::vector<bus::Variant>& entries) {
    std::string text = "{\n";
    for (const auto& entry : entries) {
        const auto& key_and_value = elements_of(entry);
        text += entry_line(to_text(key_and_value.at(0)), key_and_value.at(1), key_width) + '\n';
    }
    return text + '}';
}

std::string lines(const std::vector<bus::Variant>& elements) {
    std::string text;
    for (std::size_t i = 0; i < elements.size(); ++i)
        text += (i == 0 ? "" : "\n") + to_text(elements[i]);
    return text;
}

std::string joined(const std::vector<bus::Variant>& elements, std::string_view separator) {
    std::string text;
    for (std::size_t i = 0; i < elements.size(); ++i)
        text += (i == 0 ? std::string{} : std::string{separator}) + to_inline(elements[i]);
    return text;
}

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + '"';
}

}    // namespace

std::string raw_bytes(const bus::Variant& byte_array) {
    std::string bytes;
    for (const auto& element : elements_of(byte_array))
        bytes += static_cast<char>(std::get<std::uint8_t>(element.value));
    return bytes;
}

std::string entry_line(const std::string& name, const bus::Variant& value, std::size_t width) {
    return "  " + pad_right('"' + name + '"', width) + " = " + indented(to_text(value));
}

std::string to_text(const bus::Variant& value) {
    if (value.signature == "ay") return bytes_text(value);
    if (value.signature.starts_with("a{")) return dictionary_text(elements_of(value));
    if (const auto* elements = std::get_if<std::vector<bus::Variant>>(&value.value)) return lines(*elements);
    return std::visit(ScalarText{}, value.value);
}

std::string to_inline(const bus::Variant& value) {
    const auto* elements = std::get_if<std::vector<bus::Variant>>(&value.value);
    if (elements == nullptr) {
        const auto text = std::visit(ScalarText{}, value.value);
        return std::holds_alternative<std::string>(value.value) ? quoted(text) : text;
    }
    if (value.signature == "ay") return bytes_text(value);
    switch (value.signature[0]) {
        case 'v':
            return elements->at(0).signature + ":" + to_inline(elements->at(0));
        case '{':
            return joined(*elements, ": ");
        case '(':
            return '[' + joined(*elements, ", ") + ']';
        default:
            break;
    }
    const bool dictionary = value.signature.starts_with("a{");
    return (dictionary ? '{' : '[') + joined(*elements, ", ") + (dictionary ? '}' : ']');
}

}    // namespace xm::xec
