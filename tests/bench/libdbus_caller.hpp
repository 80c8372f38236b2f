#pragma once
// One connection of libdbus, the client library of most guests, that makes one call at a time.

#include "bus_client.hpp"

#include <string>

struct DBusConnection;
struct DBusMessage;

namespace xm::bench {

class LibdbusCaller {
public:
    LibdbusCaller(const std::string& address, const Method& method);
    ~LibdbusCaller();
    LibdbusCaller(const LibdbusCaller&) = delete;
    LibdbusCaller& operator=(const LibdbusCaller&) = delete;

    double call();    // how long it took, in microseconds

private:
    DBusConnection* connection_ = nullptr;
    DBusMessage* call_ = nullptr;
};

}    // namespace xm::bench
