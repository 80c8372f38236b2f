#pragma once
// Who may do what with a node of xenstore. Domain 0 may always do everything. xen/docs/misc/xenstore.txt, SET_PERMS.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace xm::connect::store {

enum class Access : std::uint8_t { none, read, write, both };

constexpr std::string_view letters = "nrwb";    // of Access, in its order

struct Permissions {
    struct Entry {
        std::uint32_t domid = 0;
        Access access = Access::none;
        bool operator==(const Entry&) const = default;
    };

    std::uint32_t owner = 0;         // may do anything with the node, and pays for it with its quota
    Access others = Access::none;    // every domain without an entry of its own
    std::vector<Entry> entries{};

    bool operator==(const Permissions&) const = default;

    bool only_host_writes() const {
        const auto writes = [](Access access) { return access == Access::write || access == Access::both; };
        return owner == 0 && !writes(others) && std::ranges::none_of(entries, [&](const Entry& entry) {
                   return entry.domid != 0 && writes(entry.access);
               });
    }

    std::string text() const {    // as xenstore-ls -p prints it: "n7,r0"
        auto all = letters[static_cast<std::size_t>(others)] + std::to_string(owner);
        for (const Entry& entry : entries)
            (all += ',') += letters[static_cast<std::size_t>(entry.access)] + std::to_string(entry.domid);
        return all;
    }
};

struct Node {
    std::string value;
    Permissions permissions;
};

}    // namespace xm::connect::store
