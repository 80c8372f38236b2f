#pragma once
// D-Bus messages on the wire: checked in full for what they claim, then seen through views into the same bytes. This
// is the only place that looks at offsets; every access is checked against the bounds of the message. Format: D-Bus
// specification, "Message Protocol" (versions up to 0.43). No recursion, no allocation by announced sizes.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcproxy {

using Bytes = std::span<const std::byte>;

struct Limits {
    std::size_t message = 32u << 20;    // whole message; dbus-daemon's limit on its system bus
    std::size_t array = 64u << 20;      // specification
    std::size_t path = 64u << 10;       // of the object called; long ones have crashed receivers (CVE-2019-6454)
};

// Why a stream of messages must end: static text for the log, "header field twice".
using Fault = const char*;

// How long the message is that begins here: from its first 16 bytes.
struct Frame {
    std::size_t size = 0;     // of the whole message; 0: 16 bytes are not there yet
    Fault fault = nullptr;    // not a message, or longer than the limits
};
Frame frame_of(Bytes begin, const Limits& limits = {});

// Header field codes, D-Bus specification "Header Fields".
enum class Field : std::uint8_t {
    path = 1,
    interface,
    member,
    error_name,
    reply_serial,
    destination,
    sender,
    signature,
    unix_fds
};

enum Flag : std::uint8_t { no_reply_expected = 1, no_auto_start = 2, allow_interactive_authorization = 4 };

// Views into the bytes that were read; valid as long as they are.
struct Message {
    Bytes bytes{};
    bool big_endian = false;
    std::uint8_t type = 0;    // as sent; 1..4 are rpcproxy::Kind, greater ones are unknown but valid
    std::uint8_t flags = 0;
    std::uint32_t serial = 0;
    std::optional<std::string_view> path{};
    std::optional<std::string_view> interface{};
    std::optional<std::string_view> member{};
    std::optional<std::string_view> error_name{};
    std::optional<std::string_view> destination{};
    std::optional<std::string_view> sender{};
    std::optional<std::uint32_t> reply_serial{};
    std::string_view signature{};    // of the body, may be empty
    Bytes body{};
    std::optional<std::string_view> first_argument{};    // if the body begins with a string (s)
    bool unknown_fields = false;                         // has fields with codes above 9

    bool expects_reply() const { return type == 1 && (flags & no_reply_expected) == 0; }
};

struct Read {
    Message message;
    Fault fault = nullptr;    // then there is no message
};

// Exactly one message, as long as frame_of() said. Refuses what dbus-daemon would end a connection for, and file
// descriptors (UNIX_FDS, `h`).
Read read_message(Bytes bytes, const Limits& limits = {});

// A header made anew, in the byte order of the message, with the body's bytes as they are: without SENDER, without
// REPLY_SERIAL on what is no answer, and without fields that this reader does not know.
std::vector<std::byte> stripped(const Message& message);

// The same to another destination.
std::vector<std::byte> readdressed(const Message& message, std::string_view destination);

// The number in a body of signature "su", such as the flags of RequestName.
std::optional<std::uint32_t> number_behind_text(const Message& message);

// The same with another body, which consists of these strings and numbers.
struct Argument {
    char type = 's';    // s, u or b
    std::string_view text{};
    std::uint32_t number = 0;
};
std::vector<std::byte> with_body(const Message& message, std::span<const Argument> arguments);

// New little-endian messages of our own.
struct Outline {
    std::uint8_t type = 1;
    std::uint8_t flags = 0;
    std::uint32_t serial = 1;
    std::string_view path{};
    std::string_view interface{};
    std::string_view member{};
    std::string_view error_name{};
    std::string_view destination{};
    std::string_view sender{};
    std::uint32_t reply_serial = 0;    // 0: none
};
std::vector<std::byte> made(const Outline& outline, std::span<const Argument> arguments);
// The same with a body that is marshalled already (little-endian).
std::vector<std::byte> made(const Outline& outline, std::string_view signature, Bytes body);

}    // namespace xm::rpcproxy
