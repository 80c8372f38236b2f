#include "connect/store/domain_nodes.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace xm::connect::store {
namespace asio = boost::asio;
namespace {

constexpr NodeId readable[] = {NodeId::domain_vm, NodeId::vm_uuid};    // libxl has made them
constexpr NodeId made[] = {NodeId::acpi_state, NodeId::power_state, NodeId::cd_locks, NodeId::cd_requests};

void permit(Session& session, NodeId node, const NodeOwner& domain) {
    if (const auto permissions = permissions_of(node, domain))
        session.set_permissions(path_of(node, domain), *permissions);
}

// Words that the device model writes; whatever else is there says nothing.
std::optional<int> s_state(const std::optional<std::string>& untrusted_acpi,
                           const std::optional<std::string>& untrusted_power) {
    if (untrusted_power == "4") return 4;
    if (untrusted_acpi == "s3") return 3;
    if (untrusted_acpi == "s0") return 0;
    return std::nullopt;
}

}    // namespace

Store::awaitable<> make_domain_nodes(Store& store, NodeOwner domain) {
    return store.transact([domain = std::move(domain)](Session& session) {
        for (const NodeId node : readable)
            if (session.read(path_of(node, domain))) permit(session, node, domain);
        for (const NodeId node : made) {
            session.write(path_of(node, domain), "");
            permit(session, node, domain);
        }
    });
}

void StateNode::set(model::VmState state) {
    if (std::exchange(written_, state) == state) return;
    store_.post("writing the domain's state",
                [path = path_of(NodeId::domain_state, owner_), word = std::string{to_string(state)}](Session& session) {
                    session.write(path, word);
                });
}

void StateNode::remove() {
    if (!std::exchange(written_, std::nullopt)) return;
    auto folder = path_of(NodeId::domain_state, owner_);
    folder.resize(folder.rfind('/'));
    store_.post("removing the domain's state",
                [folder = std::move(folder)](Session& session) { session.remove(folder); });
}

struct PowerWatch::State {
    Store* store;    // null: the watch has ended
    NodeOwner domain;
    OnPower on_power;
    int told = 0;
};

PowerWatch::PowerWatch(Store& store, int domid, OnPower on_power)
    : state_{std::make_shared<State>(State{&store, {.domid = domid}, std::move(on_power)})},
      acpi_{store, path_of(NodeId::acpi_state, state_->domain), [state = state_] { begin(state); }},
      power_{store, path_of(NodeId::power_state, state_->domain), [state = state_] { begin(state); }} {}

PowerWatch::~PowerWatch() { state_->store = nullptr; }

void PowerWatch::begin(const std::shared_ptr<State>& state) {
    if (!state->store) return;
    asio::co_spawn(state->store->executor(), look(state), [](const std::exception_ptr& failure) {
        if (failure) log::info("the guest's power state cannot be read");
    });
}

Store::awaitable<> PowerWatch::look(std::shared_ptr<State> state) {
    const auto read = [domain = state->domain](Session& session) {
        return s_state(session.read(path_of(NodeId::acpi_state, domain)),
                       session.read(path_of(NodeId::power_state, domain)));
    };
    const auto now = co_await state->store->perform(read);
    if (!state->store || !now || std::exchange(state->told, *now) == *now) co_return;
    state->on_power(*now);
}

}    // namespace xm::connect::store
