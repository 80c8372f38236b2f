#pragma once
// Calls of the bus itself that the gate knows by name. By destination and member only: the bus looks at nothing else.

#include "rpcproxy/message.hpp"
#include "rpcproxy/pending.hpp"

#include <string_view>

namespace xm::rpcproxy {

inline constexpr std::string_view driver = "org.freedesktop.DBus";
inline constexpr std::string_view driver_path = "/org/freedesktop/DBus";

inline bool to_driver(const Message& message, std::string_view member) {
    return message.type == 1 && message.destination == driver && message.member == member;
}

inline PendingCall::Kind pending_kind(const Message& call) {
    if (to_driver(call, "AddMatch")) return PendingCall::Kind::add_match;
    if (to_driver(call, "RequestName")) return PendingCall::Kind::request_name;
    if (to_driver(call, "GetNameOwner")) return PendingCall::Kind::get_name_owner;
    return PendingCall::Kind::plain;
}

}    // namespace xm::rpcproxy
