#include "rpcgen/names.hpp"

#include <algorithm>
#include <iterator>

namespace xm::rpcgen {
namespace {

constexpr std::size_t longest = 255;

constexpr std::string_view reserved[] = {
    "EOF",
    "NULL",
    "alignas",
    "alignof",
    "and",
    "and_eq",
    "asm",
    "assert",
    "auto",
    "bitand",
    "bitor",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "char16_t",
    "char32_t",
    "char8_t",
    "class",
    "co_await",
    "co_return",
    "co_yield",
    "compl",
    "concept",
    "const",
    "const_cast",
    "consteval",
    "constexpr",
    "constinit",
    "continue",
    "decltype",
    "default",
    "delete",
    "do",
    "double",
    "dynamic_cast",
    "else",
    "enum",
    "errno",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "linux",
    "long",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "not_eq",
    "nullptr",
    "operator",
    "or",
    "or_eq",
    "private",
    "protected",
    "public",
    "register",
    "reinterpret_cast",
    "requires",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_assert",
    "static_cast",
    "stderr",
    "stdin",
    "stdout",
    "struct",
    "switch",
    "template",
    "this",
    "thread_local",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "union",
    "unix",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "wchar_t",
    "while",
    "xor",
    "xor_eq",
};
static_assert(std::is_sorted(std::begin(reserved), std::end(reserved)));

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word(std::string_view text, std::string_view also = {}) {
    if (text.empty() || text.size() > longest || !is_letter(text.front())) return false;
    return std::all_of(text.begin(), text.end(),
                       [&](char c) { return is_letter(c) || is_digit(c) || also.find(c) != std::string_view::npos; });
}

}    // namespace

bool is_interface_name(std::string_view name) {
    if (name.size() > longest || name.find('.') == std::string_view::npos) return false;
    for (std::size_t begin = 0; begin <= name.size();) {
        const auto end = std::min(name.find('.', begin), name.size());
        if (!is_word(name.substr(begin, end - begin))) return false;
        begin = end + 1;
    }
    return true;
}

bool is_member_name(std::string_view name) { return is_word(name); }
bool is_property_name(std::string_view name) { return is_word(name, "-."); }
bool is_identifier(std::string_view name) { return is_word(name); }

bool is_reserved(std::string_view identifier) {
    return std::binary_search(std::begin(reserved), std::end(reserved), identifier);
}

std::string identifier(std::string_view name) {
    std::string result{name};
    std::replace_if(result.begin(), result.end(), [](char c) { return c == '-' || c == '.'; }, '_');
    return result;
}

std::string without_prefix(std::string_view name, std::string_view prefix) {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    return std::string{name};
}

}    // namespace xm::rpcgen
