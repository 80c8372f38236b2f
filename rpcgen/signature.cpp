#include "rpcgen/signature.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace xm::rpcgen {
namespace {

constexpr std::size_t longest = 255;
constexpr int deepest = 32;    // of arrays, and again of structs

struct Basic {
    char code;
    std::string_view cpp;
    bool may_be_key;
};

constexpr std::array basics{
    Basic{'b', "bool", true},
    Basic{'d', "double", true},
    Basic{'g', "bus::Signature", true},
    Basic{'h', "bus::UnixFd", true},
    Basic{'i', "std::int32_t", true},
    Basic{'n', "std::int16_t", true},
    Basic{'o', "bus::ObjectPath", true},
    Basic{'q', "std::uint16_t", true},
    Basic{'s', "std::string", true},
    Basic{'t', "std::uint64_t", true},
    Basic{'u', "std::uint32_t", true},
    Basic{'v', "bus::Variant", false},
    Basic{'x', "std::int64_t", true},
    Basic{'y', "std::uint8_t", true},
};

const Basic* find_basic(char code) {
    const auto found = std::find_if(basics.begin(), basics.end(), [&](const Basic& b) { return b.code == code; });
    return found == basics.end() ? nullptr : found;
}

struct Invalid : std::runtime_error {
    Invalid(const std::string& problem, std::string advice) : std::runtime_error{problem}, cure{std::move(advice)} {}
    std::string cure;
};

// Recursive descent; depth is bounded by the limits of the specification.
class Parser {
public:
    explicit Parser(std::string_view text) : rest_{text} {}

    std::vector<Type> all() {
        std::vector<Type> types;
        while (!rest_.empty())
            types.push_back(next());
        return types;
    }

private:
    Type next() {
        const char code = take("a type");
        if (find_basic(code)) return {code, {}};
        if (code == 'a') return array();
        if (code == '(') return structure();
        if (code == '{') throw Invalid{"a dictionary entry '{' stands outside an array", "write a{kv}"};
        const bool printable = code > ' ' && code <= '~';
        throw Invalid{(printable ? std::string{"'"} + code + "'" : "a character") + " is not a D-Bus type",
                      "use y b n q i u x t d s o g h v a ( ) { }"};
    }

    Type array() {
        if (++arrays_ > deepest) throw Invalid{"more than 32 arrays inside each other", "flatten the type"};
        Type result{'a', {}};
        if (rest_.starts_with('{')) {
            rest_.remove_prefix(1);
            result.inner.push_back(entry());
        } else {
            if (rest_.empty()) throw Invalid{"array without an element type", "name the element's type after 'a'"};
            result.inner.push_back(next());
        }
        --arrays_;
        return result;
    }

    Type entry() {
        Type key = next();
        const auto* basic = find_basic(key.code);
        if (!basic || !basic->may_be_key)
            throw Invalid{"the key of a dictionary must be a basic type", "use a string or a number as key"};
        Type value = next();
        if (take("'}'") != '}')
            throw Invalid{"a dictionary entry has a key and one value", "put several values into a struct"};
        return {'{', {std::move(key), std::move(value)}};
    }

    Type structure() {
        if (++structs_ > deepest) throw Invalid{"more than 32 structs inside each other", "flatten the type"};
        Type result{'(', {}};
        while (!rest_.starts_with(')')) {
            if (rest_.empty()) throw Invalid{"struct without its ')'", "close it"};
            result.inner.push_back(next());
        }
        rest_.remove_prefix(1);
        if (result.inner.empty()) throw Invalid{"empty struct '()'", "give it a field or leave it out"};
        --structs_;
        return result;
    }

    char take(const char* wanted) {
        if (rest_.empty())
            throw Invalid{std::string{"the type ends where "} + wanted + " should follow", "complete the type"};
        const char code = rest_.front();
        rest_.remove_prefix(1);
        return code;
    }

    std::string_view rest_;
    int arrays_ = 0;
    int structs_ = 0;
};

std::string joined(const std::vector<Type>& types) {
    std::string result;
    for (const auto& type : types)
        result += (result.empty() ? "" : ", ") + cpp_type(type);
    return result;
}

}    // namespace

Signature parse_signature(std::string_view text) {
    if (text.size() > longest) return {{}, "type string longer than 255 characters", "use fewer or simpler types"};
    try {
        return {Parser{text}.all(), {}, {}};
    } catch (const Invalid& invalid) {
        return {{}, invalid.what(), invalid.cure};
    }
}

std::string cpp_type(const Type& type) {
    if (const auto* basic = find_basic(type.code)) return std::string{basic->cpp};
    if (type.code == '(') return "std::tuple<" + joined(type.inner) + ">";
    const Type& element = type.inner.front();
    if (element.code == '{') return "std::map<" + joined(element.inner) + ">";
    return "std::vector<" + cpp_type(element) + ">";
}

}    // namespace xm::rpcgen
