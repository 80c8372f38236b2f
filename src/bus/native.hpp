#pragma once
// The sd_bus handle behind an sdbus-c++ connection, which sdbus-c++ 1.2 does not publish.

struct sd_bus;
namespace sdbus {
class IConnection;
}

namespace xm::bus {

// Borrowed: lives as long as `connection`.
sd_bus* native_handle(sdbus::IConnection& connection);

}    // namespace xm::bus
