#include "rpcproxy/message.hpp"

#include <utility>

namespace xm::rpcproxy {
namespace {

// Appends values at their alignment.
class Writer {
public:
    Writer(bool big_endian, std::size_t expected) : big_endian_{big_endian} { out_.reserve(expected); }

    std::size_t size() const { return out_.size(); }
    std::vector<std::byte> take() { return std::move(out_); }

    void align(std::size_t boundary) { out_.resize((out_.size() + boundary - 1) / boundary * boundary); }
    void byte(std::uint8_t value) { out_.push_back(std::byte{value}); }
    void number(std::uint32_t value) {
        align(4);
        out_.resize(out_.size() + 4);
        put(out_.size() - 4, value);
    }
    // Instead of the number that stands there.
    void put(std::size_t at, std::uint32_t value) {
        for (std::size_t i = 0; i < 4; ++i)
            out_[at + i] = static_cast<std::byte>(value >> 8 * (big_endian_ ? 3 - i : i));
    }
    void bytes(Bytes value) { out_.insert(out_.end(), value.begin(), value.end()); }
    void string(std::string_view value) {
        number(static_cast<std::uint32_t>(value.size()));
        terminated(value);
    }
    void signature(std::string_view value) {
        byte(static_cast<std::uint8_t>(value.size()));
        terminated(value);
    }

private:
    void terminated(std::string_view value) {
        bytes(std::as_bytes(std::span{value}));
        byte(0);
    }

    std::vector<std::byte> out_;
    bool big_endian_;
};

void begin_field(Writer& to, Field field, std::string_view type) {
    to.align(8);
    to.byte(static_cast<std::uint8_t>(field));
    to.signature(type);
}

void text_field(Writer& to, Field field, std::string_view type, std::string_view value) {
    if (value.empty()) return;
    begin_field(to, field, type);
    to.string(value);
}

void write_fields(Writer& to, const Outline& outline, std::string_view signature) {
    text_field(to, Field::path, "o", outline.path);
    text_field(to, Field::interface, "s", outline.interface);
    text_field(to, Field::member, "s", outline.member);
    text_field(to, Field::error_name, "s", outline.error_name);
    if (outline.reply_serial != 0) {
        begin_field(to, Field::reply_serial, "u");
        to.number(outline.reply_serial);
    }
    text_field(to, Field::destination, "s", outline.destination);
    text_field(to, Field::sender, "s", outline.sender);
    if (signature.empty()) return;
    begin_field(to, Field::signature, "g");
    to.signature(signature);
}

constexpr std::size_t fields_length_at = 12, fields_at = 16;

// More than the header takes, so that there is one allocation.
std::size_t header_estimate(const Outline& outline, std::string_view signature) {
    constexpr std::size_t around_each = 16, fields = 8;
    return fields_at + fields * around_each + outline.path.size() + outline.interface.size() + outline.member.size() +
           outline.error_name.size() + outline.destination.size() + outline.sender.size() + signature.size();
}

std::vector<std::byte> marshalled(bool big_endian, const Outline& outline, std::string_view signature, Bytes body) {
    Writer to{big_endian, header_estimate(outline, signature) + body.size()};
    to.byte(big_endian ? 'B' : 'l');
    to.byte(outline.type);
    to.byte(outline.flags);
    to.byte(1);
    to.number(static_cast<std::uint32_t>(body.size()));
    to.number(outline.serial);
    to.number(0);
    write_fields(to, outline, signature);
    to.put(fields_length_at, static_cast<std::uint32_t>(to.size() - fields_at));
    to.align(8);
    to.bytes(body);
    return to.take();
}

struct Body {
    std::string signature;
    std::vector<std::byte> bytes;
};

Body body_of(bool big_endian, std::span<const Argument> arguments) {
    Body body;
    Writer to{big_endian, 64};
    for (const Argument& argument : arguments) {
        body.signature += argument.type;
        if (argument.type == 's')
            to.string(argument.text);
        else
            to.number(argument.number);
    }
    body.bytes = to.take();
    return body;
}

bool is_answer(const Message& message) { return message.type == 2 || message.type == 3; }

Outline without_sender(const Message& message) {
    return {.type = message.type,
            .flags = message.flags,
            .serial = message.serial,
            .path = message.path.value_or(""),
            .interface = message.interface.value_or(""),
            .member = message.member.value_or(""),
            .error_name = message.error_name.value_or(""),
            .destination = message.destination.value_or(""),
            .sender = {},
            .reply_serial = is_answer(message) ? message.reply_serial.value_or(0) : 0};
}

}    // namespace

std::vector<std::byte> stripped(const Message& message) {
    return marshalled(message.big_endian, without_sender(message), message.signature, message.body);
}

std::vector<std::byte> readdressed(const Message& message, std::string_view destination) {
    Outline outline = without_sender(message);
    outline.destination = destination;
    return marshalled(message.big_endian, outline, message.signature, message.body);
}

std::vector<std::byte> with_body(const Message& message, std::span<const Argument> arguments) {
    const Body body = body_of(message.big_endian, arguments);
    return marshalled(message.big_endian, without_sender(message), body.signature, body.bytes);
}

std::vector<std::byte> made(const Outline& outline, std::span<const Argument> arguments) {
    const Body body = body_of(false, arguments);
    return marshalled(false, outline, body.signature, body.bytes);
}

std::vector<std::byte> made(const Outline& outline, std::string_view signature, Bytes body) {
    return marshalled(false, outline, signature, body);
}

}    // namespace xm::rpcproxy
