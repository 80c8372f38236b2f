#pragma once
// One connection to a bus, on which anything can be sent.

#include "base/fd.hpp"
#include "rpcproxy/message.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace xm::tests {

class BusPeer {
public:
    // Connects to $DBUS_SESSION_BUS_ADDRESS and says Hello.
    BusPeer();

    const std::string& unique_name() const { return unique_name_; }

    // False if the bus hung up. Reads nothing.
    bool send(rpcproxy::Bytes bytes);

    // The answer of the bus itself, all that comes before it is dropped; nothing if the bus hung up.
    std::optional<std::vector<std::byte>> ask(const char* interface, const char* member,
                                              std::span<const rpcproxy::Argument> arguments = {});

    bool still_there() { return ask("org.freedesktop.DBus", "GetId").has_value(); }

private:
    bool receive();                                  // more bytes into received_
    std::optional<std::vector<std::byte>> next();    // message

    Fd socket_;
    std::string unique_name_;
    std::vector<std::byte> received_;
    std::uint32_t serial_ = 0x7f000000;    // above those of the messages under test
};

}    // namespace xm::tests
