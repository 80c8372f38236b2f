#pragma once
// Steps through a signature, type by type. Whether a signature is valid, read_message() decides.

#include <cstddef>
#include <string_view>

namespace xm::rpcproxy {

// The first complete type of the signature; empty if none begins there.
constexpr std::string_view first_type(std::string_view signature) {
    std::size_t depth = 0;
    for (std::size_t at = 0; at < signature.size(); ++at) {
        const char c = signature[at];
        if (c == '(' || c == '{') ++depth;
        if (c == ')' || c == '}') {
            if (depth == 0) return {};
            --depth;
        }
        if (depth == 0 && c != 'a') return signature.substr(0, at + 1);
    }
    return {};
}

constexpr bool is_one_type(std::string_view signature) {
    return !signature.empty() && first_type(signature).size() == signature.size();
}

// Values stand at multiples of this. D-Bus specification, "Summary of D-Bus marshalling".
constexpr std::size_t alignment_of(char type) {
    switch (type) {
        case 'n':
        case 'q':
            return 2;
        case 'b':
        case 'i':
        case 'u':
        case 'a':
        case 's':
        case 'o':
            return 4;
        case 'x':
        case 't':
        case 'd':
        case '(':
        case '{':
            return 8;
        default:
            return 1;    // y g v
    }
}

}    // namespace xm::rpcproxy
