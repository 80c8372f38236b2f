#pragma once
// What a domain tells through its nodes, each told when it changes. Guests write these: nothing but what is said here
// is taken from them.

#include "connect/store/nodes.hpp"
#include "connect/store/reading.hpp"
#include "model/pv_drivers.hpp"

namespace xm::connect::store {

// What the device model of an HVM domain says about the guest's sleep. 0: awake, 3: asleep, 4: it hibernates and will
// die soon. A domain begins awake.
class PowerWatch : public Reading<int> {
public:
    PowerWatch(Store& store, int domid, Tell on_power);
};

// That the guest has written to its boot sentinel. Told once.
class SentinelWatch : public Reading<bool> {
public:
    SentinelWatch(Store& store, const NodeOwner& domain, Tell on_boot);
};

// What the guest says of its drivers. A version counts if it is four numbers.
class DriversWatch : public Reading<model::PvDrivers> {
public:
    DriversWatch(Store& store, int domid, Tell on_drivers);
};

// The same said on the guest's behalf, whose agent uses the message bus. The domain exists.
Store::awaitable<> announce_drivers(Store& store, int domid, model::PvDrivers drivers);

}    // namespace xm::connect::store
