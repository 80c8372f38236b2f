#include "xec/signature.hpp"

#include "base/failure.hpp"
#include "xec/failures.hpp"
#include "xec/terminal.hpp"

#include <string>

namespace xm::xec {
namespace {

constexpr std::string_view basic_types = "ybnqiuxtdsogh";
constexpr int deepest_signature = 64;    // 32 arrays and 32 structs are the bus's own limit

std::size_t length_of(std::string_view signature, int depth);

std::size_t array_length(std::string_view signature, int depth) {
    const auto element = signature.substr(1);
    if (!element.starts_with('{')) {
        const auto length = length_of(element, depth + 1);
        return length == 0 ? 0 : length + 1;
    }
    if (element.size() < 2 || basic_types.find(element[1]) == std::string_view::npos) return 0;
    const auto value = length_of(element.substr(2), depth + 1);
    const bool closed = value != 0 && element.substr(2 + value).starts_with('}');
    return closed ? value + 4 : 0;
}

std::size_t struct_length(std::string_view signature, int depth) {
    std::size_t at = 1;
    while (at < signature.size() && signature[at] != ')') {
        const auto member = length_of(signature.substr(at), depth + 1);
        if (member == 0) return 0;
        at += member;
    }
    return at > 1 && at < signature.size() ? at + 1 : 0;
}

// Length of the first complete type, 0 if there is none.
std::size_t length_of(std::string_view signature, int depth) {
    if (signature.empty() || depth > deepest_signature) return 0;
    switch (signature[0]) {
        case 'a':
            return array_length(signature, depth);
        case '(':
            return struct_length(signature, depth);
        case 'v':
            return 1;
        default:
            return basic_types.find(signature[0]) == std::string_view::npos ? 0 : 1;
    }
}

}    // namespace

std::string_view first_type(std::string_view signature) { return signature.substr(0, length_of(signature, 0)); }

std::vector<std::string_view> split_types(std::string_view signature) {
    std::vector<std::string_view> types;
    while (!signature.empty()) {
        const auto type = first_type(signature);
        if (type.empty()) fail(failures::bad_reply, "", "'{}' is not a D-Bus signature", quotable(signature));
        types.push_back(type);
        signature.remove_prefix(type.size());
    }
    return types;
}

}    // namespace xm::xec
