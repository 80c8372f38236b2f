#pragma once
// The nodes of one domain that its monitor makes, beside those that libxl makes and removes with the domain, and what
// the domain tells through them. Table: store/nodes.hpp.

#include "connect/store/nodes.hpp"
#include "connect/store/store.hpp"
#include "model/vm_state.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace xm::connect::store {

// For a domain that exists and does not run yet. All of them or, if it fails, none.
Store::awaitable<> make_domain_nodes(Store& store, NodeOwner domain);

// /state/<uuid>/state, written when it changes, in the background.
class StateNode {
public:
    StateNode(Store& store, const Uuid& vm) : store_{store}, owner_{.uuid = vm} {}    // the store outlives it

    void set(model::VmState state);
    void remove();

private:
    Store& store_;
    NodeOwner owner_;
    std::optional<model::VmState> written_;
};

// What the device model of an HVM domain says about the guest's sleep. The store outlives it.
class PowerWatch {
public:
    // 0: awake, 3: asleep, 4: it hibernates and will die soon. Told when it changes; a domain begins awake.
    using OnPower = std::function<void(int s_state)>;
    PowerWatch(Store& store, int domid, OnPower on_power);
    ~PowerWatch();

private:
    struct State;
    static void begin(const std::shared_ptr<State>& state);
    static Store::awaitable<> look(std::shared_ptr<State> state);

    std::shared_ptr<State> state_;
    Watch acpi_, power_;
};

}    // namespace xm::connect::store
