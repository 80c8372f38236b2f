#include "rpcproxy/message.hpp"

#include "rpcproxy/cursor.hpp"
#include "rpcproxy/names.hpp"
#include "rpcproxy/values.hpp"

#include <algorithm>

namespace xm::rpcproxy {
namespace {

constexpr std::size_t fixed_part = 16;                 // up to and with the length of the array of header fields
constexpr std::size_t longest_message = 128u << 20;    // specification
constexpr std::size_t fields_depth = 2;                // a header field is a struct in an array

// The first 16 bytes, which every message has.
struct Start {
    bool big_endian = false;
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    std::uint32_t serial = 0;
    std::size_t fields = 0;    // lengths in bytes
    std::size_t body = 0;
    Fault fault = nullptr;

    std::size_t header() const { return (fixed_part + fields + 7) / 8 * 8; }
};

Fault wrong(const Start& start, std::uint8_t version, const Limits& limits) {
    if (version != 1) return "the protocol's version is not 1";
    if (start.type == 0) return "the message has no type";
    if (start.serial == 0) return "the serial is 0";
    if (start.fields > limits.array) return "the header is too long";
    if (start.header() + start.body > std::min(limits.message, longest_message)) return "the message is too long";
    return nullptr;
}

// bytes: at least 16.
Start start_of(Bytes bytes, const Limits& limits) {
    Start start;
    const std::string_view order = as_text(bytes.first(1));
    if (order != "l" && order != "B") {
        start.fault = "the byte order is neither l nor B";
        return start;
    }
    start.big_endian = order == "B";
    Cursor cursor{bytes, start.big_endian, 1};
    start.type = cursor.byte();
    start.flags = cursor.byte();
    const std::uint8_t version = cursor.byte();
    start.body = cursor.number();
    start.serial = cursor.number();
    start.fields = cursor.number();
    start.fault = wrong(start, version, limits);
    return start;
}

// A header field that holds a text.
struct TextField {
    char type = '\0';    // `\0`: the field is none of these
    std::optional<std::string_view> Message::* where = nullptr;
    bool (*valid)(std::string_view) = nullptr;
    Fault fault = nullptr;
};

// clang-format off
constexpr TextField text_fields[] = {
    {},
    {'o', &Message::path,        is_object_path,    "PATH is not an object path"},
    {'s', &Message::interface,   is_interface_name, "INTERFACE is not an interface's name"},
    {'s', &Message::member,      is_member_name,    "MEMBER is not a member's name"},
    {'s', &Message::error_name,  is_interface_name, "ERROR_NAME is not an error's name"},
    {},
    {'s', &Message::destination, is_bus_name,       "DESTINATION is not a bus name"},
    {'s', &Message::sender,      is_bus_name,       "SENDER is not a bus name"},
    {},
    {},
};
// clang-format on
static_assert(std::size(text_fields) == static_cast<std::size_t>(Field::unix_fds) + 1);

constexpr unsigned bit(Field field) { return 1u << static_cast<unsigned>(field); }

// What a message of a type must have; types that nobody knows need nothing.
constexpr unsigned required[] = {
    0,
    bit(Field::path) | bit(Field::member),
    bit(Field::reply_serial),
    bit(Field::error_name) | bit(Field::reply_serial),
    bit(Field::path) | bit(Field::interface) | bit(Field::member),
};

class Fields {
public:
    Fields(Cursor cursor, Message& message, const Limits& limits)
        : cursor_{cursor}, message_{message}, limits_{limits} {}

    Fault read() {
        while (cursor_.left() > 0 && cursor_.fault() == nullptr)
            field();
        if (cursor_.fault() != nullptr) return cursor_.fault();
        if (message_.type < std::size(required) && (required[message_.type] & ~seen_) != 0)
            return "a header field is missing";
        if (message_.interface == "org.freedesktop.DBus.Local" || message_.path == "/org/freedesktop/DBus/Local")
            return "the interface or path of local messages is reserved";
        return nullptr;
    }

private:
    void field() {
        cursor_.align(8);
        const std::uint8_t code = cursor_.byte();
        if (code == 0) return cursor_.fail("a header field has code 0");
        if (code > static_cast<std::uint8_t>(Field::unix_fds)) return unknown();
        const auto field = static_cast<Field>(code);
        if ((seen_ & bit(field)) != 0) return cursor_.fail("a header field stands twice");
        seen_ |= bit(field);
        known(field);
    }

    void unknown() {
        message_.unknown_fields = true;
        check_variant(cursor_, {.depth = fields_depth + 1, .longest_array = limits_.array});
    }

    void known(Field field) {
        switch (field) {
            case Field::unix_fds:
                return cursor_.fail("file descriptors do not pass");
            case Field::signature:
                expect_type("g");
                message_.signature = cursor_.signature();
                return;
            case Field::reply_serial:
                expect_type("u");
                message_.reply_serial = cursor_.number();
                if (message_.reply_serial == 0u) cursor_.fail("REPLY_SERIAL is 0");
                return;
            default:
                return text(text_fields[static_cast<std::size_t>(field)]);
        }
    }

    void text(const TextField& field) {
        expect_type({&field.type, 1});
        const std::string_view value = cursor_.string();
        if (!field.valid(value)) return cursor_.fail(field.fault);
        if (value.size() > limits_.path) return cursor_.fail("PATH is too long");    // names are shorter anyway
        message_.*field.where = value;
    }

    void expect_type(std::string_view type) {
        if (cursor_.signature() != type) cursor_.fail("a header field has the wrong type");
    }

    Cursor cursor_;
    Message& message_;
    const Limits& limits_;
    unsigned seen_ = 0;
};

// The body, with what stands between it and the header fields.
Fault read_body(Message& message, std::size_t header, const Limits& limits) {
    Cursor cursor{message.bytes, message.big_endian, header};
    message.body = message.bytes.subspan(header);
    check_values(cursor, message.signature, {.depth = 0, .longest_array = limits.array});
    if (cursor.fault() == nullptr && cursor.left() > 0) return "the body is longer than its signature says";
    if (cursor.fault() == nullptr && message.signature.starts_with('s'))
        message.first_argument = Cursor{message.body, message.big_endian, 0}.string();
    return cursor.fault();
}

Fault read_into(Message& message, const Start& start, const Limits& limits) {
    const std::size_t fields_end = fixed_part + start.fields;
    const Cursor fields{message.bytes.first(fields_end), message.big_endian, fixed_part};
    if (const Fault fault = Fields{fields, message, limits}.read()) return fault;
    Cursor padding{message.bytes, message.big_endian, fields_end};
    padding.align(8);
    if (padding.fault() != nullptr) return padding.fault();
    return read_body(message, start.header(), limits);
}

}    // namespace

Frame frame_of(Bytes begin, const Limits& limits) {
    if (begin.size() < fixed_part) return {};
    const Start start = start_of(begin.first(fixed_part), limits);
    if (start.fault != nullptr) return {.fault = start.fault};
    return {.size = start.header() + start.body};
}

Read read_message(Bytes bytes, const Limits& limits) {
    Read read;
    if (bytes.size() < fixed_part) {
        read.fault = "a message ends within its header";
        return read;
    }
    const Start start = start_of(bytes, limits);
    if (start.fault != nullptr || start.header() + start.body != bytes.size()) {
        read.fault = start.fault != nullptr ? start.fault : "a message has another length than it says";
        return read;
    }
    Message& message = read.message;
    message.bytes = bytes;
    message.big_endian = start.big_endian;
    message.type = start.type;
    message.flags = start.flags;
    message.serial = start.serial;
    read.fault = read_into(message, start, limits);
    return read;
}

std::optional<std::uint32_t> number_behind_text(const Message& message) {
    if (message.signature != "su") return std::nullopt;
    Cursor body{message.body, message.big_endian, 0};
    body.string();
    const std::uint32_t number = body.number();
    return body.fault() == nullptr ? std::optional{number} : std::nullopt;
}

}    // namespace xm::rpcproxy
