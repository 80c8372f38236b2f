#pragma once
// A real domain's part in xenstore: the nodes it is given before it runs, what its device model says there about its
// sleep, and its state for services of the host. Nodes: connect/store/nodes.hpp.

#include "base/uuid.hpp"
#include "connect/store/domain_news.hpp"
#include "connect/store/domain_nodes.hpp"
#include "model/guest_spec.hpp"
#include "xenvm/monitor.hpp"
#include "xenvm/xl_device_model.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>

namespace xm::xenvm {

class XlNodes {
public:
    XlNodes(boost::asio::any_io_executor executor, Uuid vm) : store_{executor}, vm_{vm} {}

    // Fails with errors::io_error, and bad_value for a boot sentinel that cannot be.
    boost::asio::awaitable<void> make(int domid, int stubdomid, const model::GuestSpec& spec);
    void remove(int domid);    // what does not go with the domain

    // What the guest says of itself. The boot sentinel of a domain that has one.
    void follow_drivers(int domid, std::function<void(const model::PvDrivers&)> on_drivers);
    void follow_sentinel(int domid, const std::string& sentinel, std::function<void()> on_boot);
    boost::asio::awaitable<void> announce_drivers(int domid, model::PvDrivers drivers);

    // Of a domain with emulated devices; others say nothing. `on_power`: 0, 3 or 4.
    void follow_power(int domid, std::function<void(int)> on_power);
    void follow_device_model(int domid, std::function<void()> on_end);
    void stop_following();

    boost::asio::awaitable<void> ask_hibernate(int domid);    // libxl knows no such request

    connect::store::Store& store() { return store_; }

private:
    connect::store::Store store_;
    Uuid vm_;
    std::optional<connect::store::DriversWatch> drivers_;
    std::optional<connect::store::SentinelWatch> sentinel_;
    std::optional<connect::store::PowerWatch> power_;
    std::optional<DeviceModelWatch> device_model_;
};

// Writes the state whenever the monitor tells something. At the monitor's end a machine that is down has no node left.
class StateNews final : public NewsSink {
public:
    StateNews(connect::store::Store& store, const Uuid& vm) : node_{store, vm} {}

    void on_news(int code, const std::string& message, const model::MonitorFacts& facts) override;

private:
    connect::store::StateNode node_;
};

}    // namespace xm::xenvm
