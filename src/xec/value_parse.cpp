#include "xec/value_parse.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "xec/failures.hpp"
#include "xec/signature.hpp"
#include "xec/terminal.hpp"

#include <fcntl.h>
#include <systemd/sd-bus.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace xm::xec {
namespace {

constexpr int deepest = 64;    // values nested in each other; the bus refuses more

class Parser {
public:
    Parser(std::string_view text, std::string_view what) : rest_{text}, what_{what} {}

    bus::Variant whole(std::string_view type);

private:
    bus::Variant value(std::string_view type, int depth);
    bus::Variant scalar(std::string_view type, std::string_view token);
    bus::Variant words(std::string_view type, std::string text);
    bus::Variant variant_of(int depth, bool top);
    bus::Variant array(std::string_view type, int depth);
    bus::Variant bytes();
    bus::Variant structure(std::string_view type, int depth);
    bus::Variant dictionary(std::string_view type, int depth);
    template <class T>
    bus::Variant number(std::string_view type, std::string_view token);
    bus::Variant real(std::string_view token);
    bus::Variant descriptor(std::string_view token);

    void skip_blanks() { rest_ = rest_.substr(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }
    bool take(char wanted);
    void need(char wanted, std::string_view where);
    std::string_view token();
    std::string quoted();
    [[noreturn]] void refuse(std::string_view why, std::string_view near) const;

    std::string_view rest_;
    std::string_view what_;
};

void Parser::refuse(std::string_view why, std::string_view near) const {
    fail(failures::bad_value, std::string{what_}, "{}, but here is '{}'", why, quotable(near, 60));
}

bool Parser::take(char wanted) {
    skip_blanks();
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
}

void Parser::need(char wanted, std::string_view where) {
    if (!take(wanted)) refuse(fmt::format("expected '{}' {}", wanted, where), rest_);
}

std::string_view Parser::token() {
    skip_blanks();
    const auto found = rest_.substr(0, rest_.find_first_of(" \t\r\n,:[]{}\"'"));
    rest_.remove_prefix(found.size());
    return found;
}

std::string Parser::quoted() {
    skip_blanks();
    if (rest_.empty() || (rest_[0] != '"' && rest_[0] != '\'')) refuse("expected a text in quotes", rest_);
    const char quote = rest_[0];
    std::string text;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
        const bool escapes =
            rest_[i] == '\\' && i + 1 < rest_.size() && (rest_[i + 1] == quote || rest_[i + 1] == '\\');
        if (escapes) {
            text += rest_[++i];
        } else if (rest_[i] == quote) {
            rest_.remove_prefix(i + 1);
            return text;
        } else {
            text += rest_[i];
        }
    }
    refuse("expected a closing quote", rest_);
}

// At the top level texts stand as they are, and nothing may follow the value.
bus::Variant Parser::whole(std::string_view type) {
    if (type == "s" || type == "o" || type == "g") return words(type, std::string{rest_});
    auto parsed = type == "v" ? variant_of(0, true) : value(type, 0);
    skip_blanks();
    if (!rest_.empty()) refuse("the value ends earlier", rest_);
    return parsed;
}

bus::Variant Parser::value(std::string_view type, int depth) {
    if (depth > deepest) refuse("too deeply nested", rest_);
    switch (type[0]) {
        case 's':
        case 'o':
        case 'g':
            return words(type, quoted());
        case 'v':
            return variant_of(depth, false);
        case '(':
            return structure(type, depth);
        case 'a':
            return type[1] == '{' ? dictionary(type, depth) : array(type, depth);
        default:
            return scalar(type, token());
    }
}

bus::Variant Parser::scalar(std::string_view type, std::string_view token) {
    switch (type[0]) {
        case 'y':
            return number<std::uint8_t>(type, token);
        case 'n':
            return number<std::int16_t>(type, token);
        case 'q':
            return number<std::uint16_t>(type, token);
        case 'i':
            return number<std::int32_t>(type, token);
        case 'u':
            return number<std::uint32_t>(type, token);
        case 'x':
            return number<std::int64_t>(type, token);
        case 't':
            return number<std::uint64_t>(type, token);
        case 'd':
            return real(token);
        case 'h':
            return descriptor(token);
        default:
            break;
    }
    if (token == "true" || token == "1") return {"b", true};
    if (token == "false" || token == "0") return {"b", false};
    refuse("expected true or false", token);
}

template <class T>
bus::Variant Parser::number(std::string_view type, std::string_view token) {
    const auto parsed = text::parse_number<T>(token);
    if (parsed) return {std::string{type}, *parsed};
    using Limits = std::numeric_limits<T>;
    refuse(fmt::format("expected a whole number from {} to {}", +Limits::min(), +Limits::max()), token);
}

bus::Variant Parser::real(std::string_view token) {
    double parsed = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), parsed);
    const bool complete = error == std::errc{} && end == token.data() + token.size();
    if (!complete || !std::isfinite(parsed)) refuse("expected a number", token);
    return {"d", parsed};
}

bus::Variant Parser::descriptor(std::string_view token) {
    const auto number = text::parse_number<int>(token);
    if (!number || *number < 0) refuse("expected the number of an open file descriptor", token);
    Fd copy{::fcntl(*number, F_DUPFD_CLOEXEC, 3)};
    if (!copy) refuse("expected the number of an open file descriptor", token);
    return {"h", bus::UnixFd{std::move(copy)}};
}

bus::Variant Parser::words(std::string_view type, std::string text) {
    if (text.find('\0') != std::string::npos) refuse("a text cannot hold a zero byte", text);
    if (!text::is_utf8(text)) refuse("a text must be UTF-8", text);
    if (type == "o" && sd_bus_object_path_is_valid(text.c_str()) <= 0) refuse("expected an object path", text);
    if (type == "g") split_types(text);
    return {std::string{type}, std::move(text)};
}

bus::Variant Parser::variant_of(int depth, bool top) {
    skip_blanks();
    const auto colon = rest_.find(':');
    const auto type = rest_.substr(0, colon == std::string_view::npos ? 0 : colon);
    if (!is_single_type(type)) refuse("expected a type before the value, such as i:5 or s:text", rest_);
    rest_.remove_prefix(colon + 1);
    if (depth > deepest) refuse("too deeply nested", rest_);
    const bool verbatim = top && (type == "s" || type == "o" || type == "g");
    if (!verbatim) return {"v", std::vector{type == "v" ? variant_of(depth + 1, top) : value(type, depth + 1)}};
    const auto text = std::exchange(rest_, {});
    return {"v", std::vector{words(type, std::string{text})}};
}

bus::Variant Parser::array(std::string_view type, int depth) {
    skip_blanks();
    if (type == "ay" && (rest_.starts_with('"') || rest_.starts_with('\''))) return bytes();
    need('[', "at the start of an array");
    std::vector<bus::Variant> elements;
    while (!take(']')) {
        if (!elements.empty()) need(',', "or ']' after an element");
        elements.push_back(value(element_type(type), depth + 1));
    }
    return {std::string{type}, std::move(elements)};
}

// The printed form of byte arrays: \xNN is a byte, everything else stands for itself.
bus::Variant Parser::bytes() {
    const std::string text = quoted();
    std::vector<bus::Variant> elements;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto byte = static_cast<std::uint8_t>(text[i]);
        if (text[i] == '\\' && i + 3 < text.size() && text[i + 1] == 'x') {
            const auto parsed = text::parse_number<std::uint8_t>(std::string_view{text}.substr(i + 2, 2), 16);
            if (!parsed) refuse("expected two hexadecimal digits after \\x", text.substr(i));
            byte = *parsed;
            i += 3;
        }
        elements.push_back({"y", byte});
    }
    return {"ay", std::move(elements)};
}

bus::Variant Parser::structure(std::string_view type, int depth) {
    need('[', "at the start of a struct");
    std::vector<bus::Variant> fields;
    for (const auto member : split_types(members(type))) {
        if (!fields.empty()) need(',', "between the members of a struct");
        fields.push_back(value(member, depth + 1));
    }
    need(']', "at the end of a struct");
    return {std::string{type}, std::move(fields)};
}

bus::Variant Parser::dictionary(std::string_view type, int depth) {
    const auto entry = element_type(type);
    const auto key_and_value = split_types(members(entry));
    need('{', "at the start of a dictionary");
    std::vector<bus::Variant> entries;
    while (!take('}')) {
        if (!entries.empty()) need(',', "or '}' after an entry");
        auto key = value(key_and_value.at(0), depth + 1);
        need(':', "between key and value");
        auto content = value(key_and_value.at(1), depth + 1);
        entries.push_back({std::string{entry}, std::vector{std::move(key), std::move(content)}});
    }
    return {std::string{type}, std::move(entries)};
}

}    // namespace

bus::Variant parse_value(std::string_view type, std::string_view text, std::string_view what) {
    return Parser{text, what}.whole(type);
}

std::vector<bus::Variant> parse_arguments(std::string_view signature, std::span<const std::string> texts) {
    const auto types = split_types(signature);
    if (types.size() != texts.size())
        fail(failures::bad_value, "", "takes {} argument{} ({}), but {} given", types.size(),
             types.size() == 1 ? "" : "s", types.empty() ? "none" : signature,
             texts.size() == 1 ? "1 is" : fmt::format("{} are", texts.size()));
    std::vector<bus::Variant> values;
    for (std::size_t i = 0; i < types.size(); ++i)
        values.push_back(parse_value(types[i], texts[i], fmt::format("argument {}", i + 1)));
    return values;
}

}    // namespace xm::xec
