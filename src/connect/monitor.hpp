#pragma once
// The monitors (`xenvm` processes, one per virtual machine) as xenmgr sees them: find, launch, ask, kill, and hear
// what they report. A monitor outlives xenmgr; a domain outlives its monitor. Each call about one monitor may take as
// long as its deadline, and never delays a call about another.

#include "base/uuid.hpp"
#include "base/value.hpp"
#include "model/monitor_facts.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace xm::connect {

// Codes of notifications (the number that accompanies each message).
enum NotifyCode : int {
    notify_started = 0,         // "ping", "dbus-rpc-up"
    notify_hup = 1,             // "hup": the monitor ends on purpose
    notify_error = 2,           // "error:<text>"
    notify_rtc = 4096,          // "rtc:<offset in seconds>"
    notify_power = 8192,        // "power-state:<n>"
    notify_vm_state = 61440,    // "vm:state:<internal state>"
};

// What attached monitors report, in the order in which each monitor sent it. Called from the loop, never from inside
// a call to Monitors. For one notification on_facts comes first, so that on_notify sees the new facts.
class MonitorEvents {
public:
    virtual ~MonitorEvents() = default;

    virtual void on_facts(const Uuid& uuid, const model::MonitorFacts& facts) = 0;
    virtual void on_notify(const Uuid& uuid, int code, const std::string& message) = 0;
    virtual void on_monitor_lost(const Uuid& uuid) = 0;    // its connection ended: killed, crashed or quit
};

// Failures: errors::monitor_timeout (no answer in time, the monitor may still act), errors::monitor_unreachable
// (no monitor there, or it died while answering), and what the monitor itself refuses (errors 101..107, 199).
class Monitors {
public:
    virtual ~Monitors() = default;

    // Once, before the first launch or attach. `events` must outlive this object or a later listen().
    virtual void listen(MonitorEvents& events) = 0;

    // Machines that have a monitor, and those whose monitor was killed: their domain may live, and adoption will tell.
    virtual boost::asio::awaitable<std::vector<Uuid>> running() = 0;

    // Starts the process, waits until it is ready, attaches. `adopt`: it takes over a domain that exists.
    virtual boost::asio::awaitable<model::MonitorFacts> launch(Uuid uuid, bool adopt,
                                                               std::chrono::milliseconds deadline) = 0;

    // Subscribes to a monitor that runs; its events flow from then on. Attaching twice replaces the first.
    virtual boost::asio::awaitable<model::MonitorFacts> attach(Uuid uuid, std::chrono::milliseconds deadline) = 0;

    // One command (the rows of src/xenvm/command_table.cpp). Events that the command caused are delivered before its
    // result if the monitor is attached. Empty string: the command has no result.
    virtual boost::asio::awaitable<std::string> call(Uuid uuid, std::string command, StringMap params,
                                                     std::chrono::milliseconds deadline) = 0;

    // Ends a monitor that does not answer; its domain lives on. Does nothing if there is none.
    virtual void kill(Uuid uuid) = 0;

    // Stops listening to this monitor, which goes on; on_monitor_lost is not called for it.
    virtual void forget(Uuid uuid) = 0;
};

}    // namespace xm::connect
