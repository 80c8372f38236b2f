#include "rpcproxy/json_marshal.hpp"

#include "base/text.hpp"
#include "rpcproxy/signature.hpp"
#include "rpcproxy/signature_walk.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <concepts>
#include <iterator>
#include <type_traits>
#include <utility>

namespace xm::rpcproxy {
namespace {

constexpr std::size_t longest_signature = 255;

constexpr Fault no_signature = "a signature that is not valid, or has file descriptors";
constexpr Fault out_of_range = "a number is out of the range of its type";
constexpr Fault no_number = "a value that must be a whole number";

// Calls the visitor with a zero of the type, if it is one of integers.
template <class Visitor>
bool visit_integer(char type, Visitor visitor) {
    switch (type) {
        case 'y':
            visitor(std::uint8_t{});
            return true;
        case 'n':
            visitor(std::int16_t{});
            return true;
        case 'q':
            visitor(std::uint16_t{});
            return true;
        case 'i':
            visitor(std::int32_t{});
            return true;
        case 'u':
            visitor(std::uint32_t{});
            return true;
        case 'x':
            visitor(std::int64_t{});
            return true;
        case 't':
            visitor(std::uint64_t{});
            return true;
        default:
            return false;
    }
}

std::optional<double> parse_real(std::string_view text) {
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(value)) return std::nullopt;
    return value;
}

// The body as it grows. Offsets count from its begin, which stands at a multiple of 8.
class Body {
public:
    std::vector<std::byte> bytes;

    void align(std::size_t boundary) { bytes.resize((bytes.size() + boundary - 1) / boundary * boundary); }

    template <std::integral T>
    void put(T value) {
        align(sizeof(T));
        const auto bits = static_cast<std::uint64_t>(static_cast<std::make_unsigned_t<T>>(value));
        for (std::size_t i = 0; i < sizeof(T); ++i)
            bytes.push_back(static_cast<std::byte>(bits >> 8 * i));
    }

    void put(double value) { put(std::bit_cast<std::uint64_t>(value)); }

    void put(std::string_view text) {
        std::ranges::transform(text, std::back_inserter(bytes), [](char c) { return static_cast<std::byte>(c); });
        bytes.push_back({});
    }

    // Over an array's length, which was left 0.
    void set_length(std::size_t at, std::size_t length) {
        for (std::size_t i = 0; i < 4; ++i)
            bytes[at + i] = static_cast<std::byte>(length >> 8 * i);
    }
};

class Marshaller {
public:
    explicit Marshaller(const JsonTree& tree) : tree_{tree} {}

    Marshalled run(std::uint32_t args, std::string_view signature) {
        std::string_view types = signature;
        for (auto at = args + 1; at < node(args).after && fault_ == nullptr; at = node(at).after) {
            const std::string_view type = first_type(types);
            if (type.empty()) return {{}, {}, "more arguments than types"};
            types.remove_prefix(type.size());
            value(at, type);
            while (fault_ == nullptr && !open_.empty())
                next_element();
        }
        if (fault_ == nullptr && !types.empty()) fault_ = "fewer arguments than types";
        if (fault_ != nullptr) return {{}, {}, fault_};
        return {std::string{signature}, std::move(body_.bytes), nullptr};
    }

private:
    // An array or object that is not complete yet. As deep as the document, which read_tree() limits.
    struct Open {
        std::uint32_t next, end;    // values to come
        std::string_view types;     // of an element; of key and value
        bool keyed;
        std::size_t length_at;    // where the length stands
        std::size_t begin;        // where the first element stands
    };

    const JsonNode& node(std::uint32_t at) const { return tree_.nodes[at]; }

    void next_element() {
        Open& open = open_.back();
        if (open.next == open.end) {
            body_.set_length(open.length_at, body_.bytes.size() - open.begin);
            open_.pop_back();
            return;
        }
        std::uint32_t at = open.next;
        std::string_view type = open.types;
        if (open.keyed) {
            body_.align(8);
            key(tree_.text(node(at)), type.front());
            type.remove_prefix(1);
            ++at;
        }
        open.next = node(at).after;
        value(at, type);
    }

    void value(std::uint32_t at, std::string_view type) {
        switch (type.front()) {
            case 'a':
                return open(at, type.substr(1));
            case 'v':
                return variant(node(at));
            case '(':
                return fail("a struct has no shape in JSON");
            default:
                return basic(node(at), type.front());
        }
    }

    void open(std::uint32_t at, std::string_view element) {
        const bool keyed = element.starts_with('{');
        if (node(at).kind != (keyed ? JsonKind::object : JsonKind::array))
            return fail(keyed ? "a value that must be an object" : "a value that must be an array");
        const char first = element.front();
        if (keyed) element = element.substr(1, element.size() - 2);    // without braces
        body_.put(std::uint32_t{});
        const std::size_t length_at = body_.bytes.size() - 4;
        body_.align(alignment_of(first));
        open_.push_back({.next = at + 1,
                         .end = node(at).after,
                         .types = element,
                         .keyed = keyed,
                         .length_at = length_at,
                         .begin = body_.bytes.size()});
    }

    void variant(const JsonNode& value) {
        char type = 0;
        switch (value.kind) {
            case JsonKind::boolean:
                type = 'b';
                break;
            case JsonKind::text:
                type = 's';
                break;
            case JsonKind::negative:
            case JsonKind::natural:
                type = 'i';
                break;
            case JsonKind::real:
                type = 'd';
                break;
            default:
                return fail("a variant holds no array, object or null");
        }
        body_.put(std::uint8_t{1});
        body_.put(std::string_view{&type, 1});
        basic(value, type);
    }

    void basic(const JsonNode& value, char type) {
        if (visit_integer(type, [&](auto zero) { integer<decltype(zero)>(value); })) return;
        switch (type) {
            case 'b':
                return boolean(value);
            case 'd':
                return real(value);
            case 's':
            case 'o':
            case 'g':
                return value.kind == JsonKind::text ? text(tree_.text(value), type)
                                                    : fail("a value that must be a text");
            default:
                return fail(no_signature);
        }
    }

    template <class T>
    void integer(const JsonNode& value) {
        if (value.kind == JsonKind::natural) return fitting<T>(value.natural);
        if (value.kind == JsonKind::negative) return fitting<T>(value.negative);
        fail(no_number);
    }

    template <class T>
    void fitting(auto number) {
        if (!std::in_range<T>(number)) return fail(out_of_range);
        body_.put(static_cast<T>(number));
    }

    void boolean(const JsonNode& value) {
        if (value.kind != JsonKind::boolean) return fail("a value that must be true or false");
        body_.put(std::uint32_t{value.boolean});
    }

    void real(const JsonNode& value) {
        switch (value.kind) {
            case JsonKind::real:
                return body_.put(value.real);
            case JsonKind::natural:
                return body_.put(static_cast<double>(value.natural));
            case JsonKind::negative:
                return body_.put(static_cast<double>(value.negative));
            default:
                return fail("a value that must be a number");
        }
    }

    void text(std::string_view value, char type) {
        if (type != 'g')
            body_.put(static_cast<std::uint32_t>(value.size()));
        else if (value.size() <= longest_signature)
            body_.put(static_cast<std::uint8_t>(value.size()));
        else
            return fail("a signature that is too long");
        body_.put(value);
    }

    void key(std::string_view key, char type) {
        if (visit_integer(type, [&](auto zero) { parsed(text::parse_number<decltype(zero)>(key)); })) return;
        switch (type) {
            case 's':
            case 'o':
            case 'g':
                return text(key, type);
            case 'd':
                return parsed(parse_real(key));
            case 'b':
                if (key != "true" && key != "false") return fail("a key that must be true or false");
                return body_.put(std::uint32_t{key == "true"});
            default:
                return fail(no_signature);
        }
    }

    template <class T>
    void parsed(std::optional<T> number) {
        if (!number) return fail("a key that is no number of its type");
        body_.put(*number);
    }

    void fail(Fault why) {
        if (fault_ == nullptr) fault_ = why;
    }

    const JsonTree& tree_;
    Body body_;
    std::vector<Open> open_;
    Fault fault_ = nullptr;
};

// The types that arguments have without a signature; null has none.
std::optional<std::string> guessed(const JsonTree& tree, std::uint32_t args) {
    std::string types;
    for (auto at = args + 1; at < tree.nodes[args].after; at = tree.nodes[at].after) {
        switch (tree.nodes[at].kind) {
            case JsonKind::boolean:
                types += "b";
                break;
            case JsonKind::text:
                types += "s";
                break;
            case JsonKind::negative:
            case JsonKind::natural:
            case JsonKind::real:
                types += "u";
                break;
            case JsonKind::array:
                types += "ay";
                break;
            case JsonKind::object:
                types += "a{ss}";
                break;
            case JsonKind::null:
                return std::nullopt;
        }
        if (types.size() > longest_signature) return std::nullopt;
    }
    return types;
}

}    // namespace

Marshalled marshalled(const JsonTree& tree, std::uint32_t args, std::optional<std::string_view> signature) {
    std::string types;
    if (signature) {
        types = *signature;
    } else if (auto guess = guessed(tree, args)) {
        types = std::move(*guess);
    } else {
        return {{}, {}, "the types of the arguments cannot be guessed"};
    }
    Signature checked;
    if (checked.read(types) != nullptr || checked.descriptors()) return {{}, {}, no_signature};
    return Marshaller{tree}.run(args, types);
}

}    // namespace xm::rpcproxy
