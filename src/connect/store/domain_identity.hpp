#pragma once
// Which VM a domain is, from what the toolstack wrote about it in xenstore (xen/docs/misc/xenstore-paths.pandoc):
//
//   /local/domain/<domid>/vm      the node of the VM, "/vm/<uuid>"
//   <that node>/uuid              its uuid
//   /local/domain/<domid>/target  of a stub domain: whom it serves
//
// Nodes that others than domain 0 can have written are not believed.

#include "base/uuid.hpp"
#include "connect/store/store.hpp"

#include <cstdint>
#include <optional>

namespace xm::connect::store {

struct DomainIdentity {
    bool exists = false;         // there is a node for it
    std::optional<Uuid> vm{};    // nothing: of no VM
    bool stubdom = false;
};

// Fails if xenstore does not answer, or refuses to.
Store::awaitable<DomainIdentity> identity_of(Store& store, std::uint32_t domid);

}    // namespace xm::connect::store
