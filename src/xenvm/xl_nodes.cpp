#include "xenvm/xl_nodes.hpp"

#include "connect/monitor.hpp"

#include <utility>

namespace xm::xenvm {

boost::asio::awaitable<void> XlNodes::make(int domid, int stubdomid, const model::GuestSpec& spec) {
    connect::store::NodeOwner domain{
        .uuid = vm_, .domid = domid, .stubdomid = stubdomid, .sentinel = spec.boot_sentinel, .argo = spec.argo};
    return connect::store::make_domain_nodes(store_, std::move(domain));
}

void XlNodes::remove(int domid) { connect::store::remove_domain_nodes(store_, domid); }

void XlNodes::follow_drivers(int domid, std::function<void(const model::PvDrivers&)> on_drivers) {
    drivers_.emplace(store_, domid, std::move(on_drivers));
}

void XlNodes::follow_sentinel(int domid, const std::string& sentinel, std::function<void()> on_boot) {
    const connect::store::NodeOwner domain{.domid = domid, .sentinel = sentinel};
    sentinel_.emplace(store_, domain, [on_boot = std::move(on_boot)](bool) { on_boot(); });
}

boost::asio::awaitable<void> XlNodes::announce_drivers(int domid, model::PvDrivers drivers) {
    return connect::store::announce_drivers(store_, domid, std::move(drivers));
}

void XlNodes::follow_power(int domid, std::function<void(int)> on_power) {
    power_.emplace(store_, domid, std::move(on_power));
}

void XlNodes::follow_device_model(int domid, std::function<void()> on_end) {
    device_model_.emplace(store_, domid, std::move(on_end));
}

void XlNodes::stop_following() {
    drivers_.reset();
    sentinel_.reset();
    power_.reset();
    device_model_.reset();
}

boost::asio::awaitable<void> XlNodes::ask_hibernate(int domid) {
    co_await store_.write("/local/domain/" + std::to_string(domid) + "/control/shutdown", "hibernate");
}

void StateNews::on_news(int code, const std::string&, const model::MonitorFacts& facts) {
    node_.set(facts.state);
    if (code == connect::notify_hup && facts.state == model::VmState::shutdown) node_.remove();
}

}    // namespace xm::xenvm
