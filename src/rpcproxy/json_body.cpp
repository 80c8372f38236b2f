#include "rpcproxy/json_body.hpp"

#include "rpcproxy/cursor.hpp"
#include "rpcproxy/json_text.hpp"
#include "rpcproxy/signature_walk.hpp"

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

namespace xm::rpcproxy {
namespace {

// Walks the body along its signature. read_message() has accepted both; the cursor keeps within the bytes all the same.
class BodyWriter {
public:
    BodyWriter(std::string& json, const Message& message, std::size_t limit)
        : json_{json},
          limit_{limit},
          from_{message.bytes, message.big_endian, message.bytes.size() - message.body.size()},
          big_endian_{message.big_endian} {}

    Fault run(std::string_view signature) {
        open({.types = signature, .closing = "]"});
        json_ += '[';
        while (!open_.empty() && fault() == nullptr) {
            step();
            if (json_.size() > limit_) from_.fail(longer_than_limit);
        }
        return fault();
    }

private:
    static constexpr std::size_t deepest = 128;    // read_message() accepts 64

    // What is not complete yet: the arguments, a struct, a variant; an array, which repeats its type up to its end.
    struct Open {
        std::string_view types;
        std::string_view closing;
        bool repeats = false;
        std::size_t end = 0;    // of an array, as the cursor counts
        bool first = true;      // no comma before the next value
    };

    Fault fault() const { return from_.fault(); }

    void open(Open what) {
        if (open_.size() == deepest) return from_.fail("nested too deep");
        open_.push_back(what);
    }

    void step() {
        Open& top = open_.back();
        if (top.repeats ? from_.at() >= top.end : top.types.empty()) {
            json_ += top.closing;
            open_.pop_back();
            return;
        }
        const std::string_view type = first_type(top.types);
        if (type.empty()) return from_.fail("not a signature");
        if (!top.repeats) top.types.remove_prefix(type.size());
        if (!top.first) json_ += ',';
        top.first = false;
        value(type);
    }

    void value(std::string_view type) {
        switch (type.front()) {
            case 'a':
                return array(type.substr(1));
            case '(':
                return structure(type.substr(1, type.size() - 2));
            case '{':
                return entry(type.substr(1, type.size() - 2));
            case 'v':
                return open({.types = from_.signature(), .closing = ""});
            default:
                return basic(type.front());
        }
    }

    void array(std::string_view element) {
        const std::size_t length = from_.number();
        from_.align(alignment_of(element.front()));
        const bool keyed = element.front() == '{';
        json_ += keyed ? '{' : '[';
        open({.types = element, .closing = keyed ? "}" : "]", .repeats = true, .end = from_.at() + length});
    }

    void structure(std::string_view types) {
        from_.align(8);
        json_ += '[';
        open({.types = types, .closing = "]"});
    }

    // The value that follows the key takes the place of an element.
    void entry(std::string_view types) {
        const char key = types.empty() ? '\0' : types.front();
        if (key != 's' && key != 'o' && key != 'g') return from_.fail("a dictionary whose keys are not texts");
        if (!is_one_type(types.substr(1))) return from_.fail("not a signature");
        from_.align(8);
        basic(key);
        json_ += ':';
        value(types.substr(1));
    }

    void basic(char type) {
        switch (type) {
            case 'y':
                return integer<std::uint8_t>();
            case 'n':
                return integer<std::int16_t>();
            case 'q':
                return integer<std::uint16_t>();
            case 'i':
                return integer<std::int32_t>();
            case 'u':
                return integer<std::uint32_t>();
            case 'x':
                return integer<std::int64_t>();
            case 't':
                return integer<std::uint64_t>();
            case 'b':
                json_ += from_.number() != 0 ? "true" : "false";
                return;
            case 'd':
                return real();
            case 's':
            case 'o':
                return text(from_.string());
            case 'g':
                return text(from_.signature());
            default:
                return from_.fail("a type that has no shape in JSON");
        }
    }

    void text(std::string_view text) {
        if (text.size() > limit_) return from_.fail(longer_than_limit);
        append_quoted(json_, text);
    }

    template <std::integral T>
    std::make_unsigned_t<T> bits() {
        from_.align(sizeof(T));
        std::uint64_t value = 0;
        std::size_t place = 0;
        for (const std::byte byte : from_.take(sizeof(T))) {
            const auto digit = std::to_integer<std::uint64_t>(byte);
            value = big_endian_ ? value << 8 | digit : value | digit << 8 * place++;
        }
        return static_cast<std::make_unsigned_t<T>>(value);
    }

    template <std::integral T>
    void integer() {
        json_ += std::to_string(static_cast<T>(bits<T>()));
    }

    void real() {
        const auto number = std::bit_cast<double>(bits<std::uint64_t>());
        if (!std::isfinite(number)) return from_.fail("a number that is infinite, or none");
        append_real(json_, number);
    }

    std::string& json_;
    std::size_t limit_;
    Cursor from_;
    bool big_endian_;
    std::vector<Open> open_;
};

}    // namespace

Fault append_body(std::string& text, const Message& message, std::size_t limit) {
    return BodyWriter{text, message, limit}.run(message.signature);
}

}    // namespace xm::rpcproxy
