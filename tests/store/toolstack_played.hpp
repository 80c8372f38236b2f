#pragma once
// What libxl does in xenstore for a domain of a VM.

#include "store/host.hpp"

#include "base/uuid.hpp"

#include <string>

namespace xm::test {

using connect::store::Access;
using connect::store::Permissions;

inline const Uuid vm = Uuid::parse("11111111-2222-3333-4444-555555555555").value();

inline void make_toolstack_nodes(Host& host, unsigned domid) {
    const auto home = "/local/domain/" + std::to_string(domid), machine = "/vm/" + vm.text();
    const Permissions readable{.owner = 0, .others = Access::none, .entries = {{domid, Access::read}}};
    for (const std::string& path : {home, machine}) {
        host.run(host.store.write(path, ""));
        host.run(host.store.set_permissions(path, readable));
    }
    host.run(host.store.write(home + "/vm", machine));
    host.run(host.store.write(machine + "/uuid", vm.text()));
    host.run(host.store.write(home + "/attr", ""));
    host.run(host.store.set_permissions(home + "/attr", {.owner = domid}));
}
inline void remove_toolstack_nodes(Host& host, unsigned domid) {
    host.run(host.store.remove("/local/domain/" + std::to_string(domid)));
    host.run(host.store.remove("/vm/" + vm.text()));
}

}    // namespace xm::test
