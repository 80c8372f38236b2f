#pragma once
// The process that plays a domain's devices. libxl starts it, notes its id in xenstore and does not look at it again.

#include "connect/store/store.hpp"

#include <functional>
#include <memory>

namespace xm::xenvm {

// Calls `on_end` once, from the loop, when the device model of the domain has ended; at once if it has ended already.
// Never, if the domain has none on this host. The destructor ends the watch; the store outlives it.
class DeviceModelWatch {
public:
    DeviceModelWatch(connect::store::Store& store, int domid, std::function<void()> on_end);
    ~DeviceModelWatch();
    DeviceModelWatch(const DeviceModelWatch&) = delete;
    DeviceModelWatch& operator=(const DeviceModelWatch&) = delete;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}    // namespace xm::xenvm
