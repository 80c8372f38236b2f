#include "connect/store/nodes.hpp"

#include <algorithm>

namespace xm::connect::store {
namespace {

void fill_in(std::string& path, std::string_view mark, const std::string& with) {
    if (const auto at = path.find(mark); at != std::string::npos) path.replace(at, mark.size(), with);
}

// ':' in the name of a node is not allowed.
std::string node_name(std::string drive) {
    std::ranges::replace(drive, ':', '_');
    return drive;
}

}    // namespace

std::string path_of(NodeId id, const NodeOwner& owner) {
    std::string path{row_of(id).path};
    if (owner.uuid) fill_in(path, "<uuid>", owner.uuid->text());
    fill_in(path, "<domid>", std::to_string(owner.domid));
    fill_in(path, "<drive>", node_name(owner.drive));
    return path;
}

std::optional<Permissions> permissions_of(NodeId id, const NodeOwner& owner) {
    const auto domid = static_cast<std::uint32_t>(owner.domid);
    switch (row_of(id).grant) {
        case Grant::nothing:
            return Permissions{};
        case Grant::inherited:
            return std::nullopt;
        case Grant::all_read:
            return Permissions{.owner = 0, .others = Access::read};
        case Grant::all_write:
            return Permissions{.owner = 0, .others = Access::both};
        case Grant::guest_writes:
            return Permissions{.owner = 0, .others = Access::none, .entries = {{domid, Access::both}}};
        case Grant::device_emulator:
            return Permissions{.owner = owner.stubdomid >= 0 ? static_cast<std::uint32_t>(owner.stubdomid) : domid};
    }
    return std::nullopt;
}

}    // namespace xm::connect::store
