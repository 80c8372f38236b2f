#include "xenvm/xl_nodes.hpp"

#include "connect/monitor.hpp"

#include <utility>

namespace xm::xenvm {

boost::asio::awaitable<void> XlNodes::make(int domid, int stubdomid) {
    connect::store::NodeOwner domain{.uuid = vm_, .domid = domid, .stubdomid = stubdomid};
    return connect::store::make_domain_nodes(store_, std::move(domain));
}

void XlNodes::follow(int domid, std::function<void(int)> on_power) {
    power_.emplace(store_, domid, std::move(on_power));
}

void XlNodes::follow_device_model(int domid, std::function<void()> on_end) {
    device_model_.emplace(store_, domid, std::move(on_end));
}

void XlNodes::stop_following() {
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
