#pragma once
// The language of a monitor's socket: frames (4 bytes of big-endian length, then that many bytes) that carry JSON-RPC
// 2.0 objects. Parameters are strings. A request is answered by one reply; after `subscribe` notifications follow.
// Text from the other side that does not have this shape fails with errors::bad_json.

#include "base/value.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xm::connect::wire {

inline constexpr std::size_t header_size = 4;
inline constexpr std::size_t frame_limit = std::size_t{16} << 20;

using Header = std::array<unsigned char, header_size>;

Header make_header(std::size_t body_size);
// Fails for an empty body and for one over the limit.
std::size_t body_size(const Header& untrusted_header);

struct Request {
    std::string method;
    StringMap params;
    std::int64_t id = 1;

    bool operator==(const Request&) const = default;
};

struct Error {
    int code = -32000;      // JSON-RPC: -32700 no JSON, -32600 no request, -32601 no such method, -32000 refused
    std::string message;    // "<word>: <cause>", words in monitor_errors.hpp

    bool operator==(const Error&) const = default;
};

struct Reply {
    std::int64_t id = 1;
    std::optional<std::string> result;    // absent: null
    std::optional<Error> error;
    std::int64_t events = 0;    // number of the last notification that the monitor had sent by then

    bool operator==(const Reply&) const = default;
};

struct Notification {
    int code = 0;           // NotifyCode
    std::string message;    // empty: only the facts are news
    std::string facts;      // JSON text
    std::int64_t number = 0;

    bool operator==(const Notification&) const = default;
};

std::string to_text(const Request& request);
std::string to_text(const Reply& reply);
std::string to_text(const Notification& notification);

Request parse_request(std::string_view untrusted_body);
Reply parse_reply(std::string_view untrusted_body);
Notification parse_notification(std::string_view untrusted_body);

}    // namespace xm::connect::wire
