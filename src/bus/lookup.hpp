#pragma once
// Finding members in dispatch tables by the names that came with a message.

#include "bus/interface.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace xm::bus {

struct FoundMember {
    Face face;
    std::size_t index;    // position in the interface's schema
};

bool knows_interface(std::span<const Face> faces, std::string_view interface);

// An empty interface name means: the first face that has the member.
std::optional<FoundMember> find_method(std::span<const Face> faces, std::string_view interface, std::string_view name);
std::optional<FoundMember> find_property(std::span<const Face> faces, std::string_view interface,
                                         std::string_view name);

}    // namespace xm::bus
