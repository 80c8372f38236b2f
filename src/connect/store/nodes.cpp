#include "connect/store/nodes.hpp"

#include <algorithm>

namespace xm::connect::store {
namespace {

void fill_in(std::string& text, std::string_view mark, const std::string& with) {
    if (const auto at = text.find(mark); at != std::string::npos) text.replace(at, mark.size(), with);
}

// ':' in the name of a node is not allowed.
std::string node_name(std::string drive) {
    std::ranges::replace(drive, ':', '_');
    return drive;
}

std::string filled_in(std::string_view row_text, const NodeOwner& owner) {
    std::string text{row_text};
    if (owner.uuid) fill_in(text, "<uuid>", owner.uuid->text());
    fill_in(text, "<domid>", std::to_string(owner.domid));
    fill_in(text, "<drive>", node_name(owner.drive));
    fill_in(text, "<sentinel>", owner.sentinel);
    return text;
}

}    // namespace

std::string path_of(NodeId id, const NodeOwner& owner) { return filled_in(row_of(id).path, owner); }

std::string value_of(NodeId id, const NodeOwner& owner) { return filled_in(row_of(id).value, owner); }

std::optional<Permissions> permissions_of(NodeId id, const NodeOwner& owner) {
    const auto domid = static_cast<std::uint32_t>(owner.domid);
    switch (row_of(id).grant) {
        case Grant::nothing:
            return Permissions{};
        case Grant::inherited:
            return std::nullopt;
        case Grant::all_read:
            return Permissions{.owner = 0, .others = Access::read};
        case Grant::guest_writes:
            return Permissions{.owner = 0, .others = Access::none, .entries = {{domid, Access::both}}};
        case Grant::guest_owns:
            return Permissions{.owner = domid, .others = Access::none, .entries = {{0, Access::read}}};
        case Grant::device_emulator:
            return Permissions{.owner = owner.stubdomid >= 0 ? static_cast<std::uint32_t>(owner.stubdomid) : domid};
    }
    return std::nullopt;
}

bool outlives_domain(const NodeRow& row) {
    const bool ours = row.made == Made::before_it_runs || row.made == Made::if_argo || row.made == Made::if_sentinel;
    return ours && !row.path.starts_with("/local/domain/<domid>/");
}

}    // namespace xm::connect::store
