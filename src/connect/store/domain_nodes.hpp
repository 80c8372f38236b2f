#pragma once
// The nodes of one domain that its monitor makes, beside those that libxl makes and removes with the domain. Table:
// store/nodes.hpp; what the domain tells through them: store/domain_news.hpp.

#include "connect/store/nodes.hpp"
#include "connect/store/store.hpp"
#include "model/vm_state.hpp"

#include <optional>

namespace xm::connect::store {

// For a domain that exists and does not run yet. All of them or, if it fails, none. errors::bad_value: the boot
// sentinel's name is none, or another node has it.
Store::awaitable<> make_domain_nodes(Store& store, NodeOwner domain);

// What would stay when the domain is gone. In the background.
void remove_domain_nodes(Store& store, int domid);

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

}    // namespace xm::connect::store
