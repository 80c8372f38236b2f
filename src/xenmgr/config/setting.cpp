#include "xenmgr/config/setting.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "model/node_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace xm::xenmgr {
namespace {

constexpr std::string_view none = "none";

std::string_view bool_text(bool value) { return value ? "true" : "false"; }

StringList split_lines(std::string_view joined) {
    StringList lines;
    for (const auto part : text::split(joined, ';'))
        if (const auto line = text::trim(part); !line.empty()) lines.emplace_back(line);
    return lines;
}

std::optional<Value> read_bool(Form form, std::string_view stored) {
    const auto value = text::parse_bool(stored);
    if (!value) return std::nullopt;
    const bool flip = form == Form::inverted || form == Form::inverted_if_false;
    return Value{*value != flip};
}

// "1.5" -> 1500
std::optional<std::int32_t> milliseconds(std::string_view stored) {
    const auto dot = stored.find('.');
    const auto whole = text::parse_number<std::int32_t>(stored.substr(0, dot));
    if (!whole || std::abs(*whole) > std::numeric_limits<std::int32_t>::max() / 1000 - 1) return std::nullopt;
    if (dot == std::string_view::npos) return *whole * 1000;
    std::string digits{stored.substr(dot + 1, 3)};
    digits.resize(3, '0');
    const auto part = text::parse_number<std::uint32_t>(digits);
    if (!part) return std::nullopt;
    return *whole * 1000 + (stored.front() == '-' ? -1 : 1) * static_cast<std::int32_t>(*part);
}

std::optional<Value> read_integer(const Setting& setting, std::string_view stored) {
    const auto number =
        setting.form == Form::seconds ? milliseconds(stored) : text::parse_number<std::int32_t>(text::trim(stored));
    if (!number || (setting.form == Form::positive && *number <= 0)) return std::nullopt;
    return Value{*number};
}

std::optional<Value> read_text(const Setting& setting, std::string_view stored) {
    const bool known = setting.words.empty() || std::ranges::find(setting.words, stored) != setting.words.end();
    if (!known) return std::nullopt;
    return Value{std::string{stored}};
}

std::optional<std::string> text_complaint(const Setting& setting, std::string_view text) {
    if (!setting.words.empty() && std::ranges::find(setting.words, text) == setting.words.end())
        return fmt::format("must be one of: {}", fmt::join(setting.words, ", "));
    if (setting.chars == Chars::node) {
        if (text.empty() || model::is_node_name(text)) return std::nullopt;
        return fmt::format("must be letters, digits, '-', '_' and '@', at most {}", model::longest_node_name);
    }
    if (setting.chars == Chars::path && !text.empty() && !text.starts_with('/')) return "must be an absolute path";
    const bool quoted = setting.chars == Chars::quoted || setting.chars == Chars::path;
    const auto forbidden = [&](char c) {
        if (c == '\0') return true;
        if (setting.chars == Chars::any) return false;
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f || (quoted && c == '\'');
    };
    if (std::ranges::none_of(text, forbidden)) return std::nullopt;
    switch (setting.chars) {
        case Chars::any:
            return "must not contain NUL";
        case Chars::line:
            return "must be a single line without control characters";
        case Chars::node:
            break;
        case Chars::quoted:
        case Chars::path:
            return "must be a single line without control characters and single quotes";
    }
    return std::nullopt;
}

std::optional<std::string> integer_complaint(const Range& range, std::int32_t number) {
    if (number >= range.low && number <= range.high) return std::nullopt;
    if (range.high == Range{}.high) return fmt::format("must be {} or more", range.low);
    return fmt::format("must be from {} to {}", range.low, range.high);
}

// The text to store, or nothing when the key must go.
struct Encode {
    Form form;

    std::optional<std::string> operator()(bool value) const {
        if (form == Form::inverted) return std::string{bool_text(!value)};
        if (form == Form::inverted_if_false) return value ? std::nullopt : std::optional<std::string>{"true"};
        if (form == Form::absent_if_false && !value) return std::nullopt;
        return std::string{bool_text(value)};
    }
    std::optional<std::string> operator()(std::int32_t value) const {
        if (form == Form::positive && value <= 0) return std::nullopt;
        if (form == Form::seconds) return fmt::format("{}", value / 1000.0);
        return std::to_string(value);
    }
    std::optional<std::string> operator()(std::int64_t value) const { return std::to_string(value); }
    std::optional<std::string> operator()(const std::string& value) const {
        if (form == Form::absent_if_empty && value.empty()) return std::nullopt;
        if (form == Form::absent_if_none && (value.empty() || value == none)) return std::nullopt;
        if (form == Form::trimmed) return std::string{text::trim(value)};
        return value;
    }
    std::optional<std::string> operator()(const StringList&) const { return std::nullopt; }
    std::optional<std::string> operator()(const StringMap&) const { return std::nullopt; }
};

bool holds(Kind kind, const Value& value) {
    switch (kind) {
        case Kind::boolean:
            return std::holds_alternative<bool>(value);
        case Kind::integer:
            return std::holds_alternative<std::int32_t>(value);
        case Kind::long_integer:
            return std::holds_alternative<std::int64_t>(value);
        case Kind::text:
            return std::holds_alternative<std::string>(value);
        case Kind::texts:
            return std::holds_alternative<StringList>(value);
    }
    return false;
}

constexpr std::string_view kind_words[] = {"a boolean", "a 32-bit integer", "a 64-bit integer", "a text",
                                           "a list of texts"};

}    // namespace

std::optional<Value> read_stored(const Setting& setting, Kind kind, const ConfigTree& tree, std::string_view key) {
    if (setting.form == Form::lines) {
        const auto list = tree.list(key);
        if (list.empty()) return std::nullopt;
        return Value{fmt::format("{}", fmt::join(list, ";"))};
    }
    const auto stored = tree.get(key);
    if (!stored) return std::nullopt;
    switch (kind) {
        case Kind::boolean:
            return read_bool(setting.form, *stored);
        case Kind::integer:
            return read_integer(setting, *stored);
        case Kind::text:
            return read_text(setting, *stored);
        case Kind::long_integer:
        case Kind::texts:
            return std::nullopt;    // no stored setting is of these kinds
    }
    return std::nullopt;
}

Value fallback_value(const Setting& setting, Kind kind) {
    const auto& fallback = setting.fallback;
    switch (kind) {
        case Kind::boolean:
            return std::get_if<bool>(&fallback) != nullptr && std::get<bool>(fallback);
        case Kind::integer: {
            const auto* number = std::get_if<std::int32_t>(&fallback);
            return number ? *number : 0;
        }
        case Kind::long_integer:
            return std::int64_t{0};
        case Kind::text: {
            const auto* text = std::get_if<std::string_view>(&fallback);
            return std::string{text ? *text : std::string_view{}};
        }
        case Kind::texts:
            return StringList{};
    }
    return false;
}

Value read(const Setting& setting, Kind kind, const ConfigTree& tree, std::string_view key) {
    auto stored = read_stored(setting, kind, tree, key);
    return stored ? std::move(*stored) : fallback_value(setting, kind);
}

std::optional<std::string> complaint(const Setting& setting, Kind kind, const Value& value) {
    if (!holds(kind, value)) return fmt::format("must be {}", kind_words[static_cast<std::size_t>(kind)]);
    if (const auto* text = std::get_if<std::string>(&value)) return text_complaint(setting, *text);
    if (const auto* number = std::get_if<std::int32_t>(&value)) return integer_complaint(setting.range, *number);
    return std::nullopt;
}

void require_valid(const Setting& setting, Kind kind, const Value& value, std::string_view property,
                   std::string_view object, const ErrorInfo& refusal) {
    if (const auto wrong = complaint(setting, kind, value))
        fail(refusal, std::string{object}, "property {} = {}: {}", property, shown(value), *wrong);
}

Change plan_list(const ConfigTree& tree, std::string_view key, const StringList& list) {
    Change change;
    if (tree.list(key) == list) return change;
    change.remove(std::string{key});
    for (std::size_t i = 0; i < list.size(); ++i)
        change.write(join(key, static_cast<int>(i)), list[i]);
    change.effects.config_changed = true;
    return change;
}

Change plan_write(const Setting& setting, const ConfigTree& tree, std::string_view key, const Value& value) {
    if (setting.form == Form::lines) return plan_list(tree, key, split_lines(std::get<std::string>(value)));
    Change change;
    const auto text = std::visit(Encode{setting.form}, value);
    const auto stored = tree.get(key);
    if (!text) {
        if (stored) change.remove(std::string{key});
    } else if (stored != *text) {
        change.write(std::string{key}, *text);
        change.effects.config_changed = true;
    }
    return change;
}

std::string shown(const Value& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return std::string{bool_text(*flag)};
    if (const auto* number = std::get_if<std::int32_t>(&value)) return std::to_string(*number);
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto* text = std::get_if<std::string>(&value)) return '"' + text::escaped(*text) + '"';
    return "a list";
}

}    // namespace xm::xenmgr
