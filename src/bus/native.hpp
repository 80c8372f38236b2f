#pragma once
// The sd-bus handles behind sdbus-c++ connections and messages, which sdbus-c++ 1.2 does not publish.

struct sd_bus;
struct sd_bus_message;
namespace sdbus {
class IConnection;
class Message;
}    // namespace sdbus

namespace xm::bus {

// Borrowed: lives as long as `connection`.
sd_bus* native_handle(sdbus::IConnection& connection);
// Borrowed: lives as long as `message`.
sd_bus_message* native_handle(const sdbus::Message& message);

}    // namespace xm::bus
