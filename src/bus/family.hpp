#pragma once
// All objects of one kind ("/vm/<uuid>", "/vm/<uuid>/disk/<n>", or the one object "/host"): which exist, and one of
// them by its path. The objects themselves are made for the length of one call, so a thousand stopped VMs cost nothing
// here, and a call never holds on to an object that has gone.

#include "bus/interface.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xm::bus {

// Owned by the composition root; outlives the Service that serves it.
class Family {
public:
    virtual ~Family() = default;

    // The interfaces that every object of this family has, in IDL order.
    virtual std::span<const Interface* const> interfaces() const = 0;

    // Every path that exists now, in a stable order.
    virtual std::vector<std::string> paths() const = 0;

    // Null if the path is not, or no longer, an object of this family.
    virtual std::unique_ptr<Object> find(std::string_view path) = 0;
};

}    // namespace xm::bus
