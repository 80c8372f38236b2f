#pragma once
// One connection to a bus, on which anything can be sent.

#include "base/fd.hpp"
#include "rpcproxy/message.hpp"

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

    // Asks the bus for something and takes all that comes before the answer; false if the bus hung up.
    bool still_there();

private:
    bool receive();    // more bytes into received_

    Fd socket_;
    std::string unique_name_;
    std::vector<std::byte> received_;
    std::uint32_t serial_ = 0x7f000000;    // above those of the messages under test
};

}    // namespace xm::tests
