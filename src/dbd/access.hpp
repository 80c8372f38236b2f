#pragma once
// Who may see which part of the tree, and how much of it.
//
// Domain 0 sees the tree as it is. A guest sees /dom-store/<its uuid> as its root, whatever method it calls, and cannot
// leave it: paths have no "..". Which members a guest may call at all is decided before, by the firewall between
// domains; what concerns the whole database is for domain 0 alone. The roots of both kinds of caller, /vm and
// /dom-store are not removed while anything stands below them, and neither a root nor /vm becomes a leaf. What a guest
// stores is limited.

#include "base/uuid.hpp"
#include "dbd/path.hpp"
#include "dbd/tree.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace xm::dbd {

struct Identity {
    std::optional<Uuid> guest;    // nothing: domain 0
};

// Tells who stands behind a bus name. Owned by main; outlives everybody who asks.
class CallerIdentity {
public:
    virtual ~CallerIdentity() = default;
    // Failure (errors::caller_unknown): a domain without uuid, or a sender that is gone.
    virtual boost::asio::awaitable<Identity> identify(std::string sender) = 0;
};

struct Quota {
    static constexpr std::size_t nodes = 4096;
    static constexpr std::size_t bytes = 1 << 20;    // names and values together
    static constexpr std::size_t value = 64 << 10;
};

// A path as the caller means it.
struct Place {
    Path path;    // in the whole tree
    Path root;    // what the caller sees as "/"
    bool guest = false;
};

Place locate(const Identity& caller, std::string_view untrusted_path);

void refuse_guest(const Identity& caller, std::string_view method);     // errors::access_denied
void refuse_protected_write(const Place& place);                        // errors::protected_path
void refuse_protected_removal(const Place& place, const Tree& tree);    // errors::protected_path
void refuse_over_quota(const Place& place, const Tree& changed);        // errors::domstore_quota
void refuse_large_value(const Place& place, std::size_t bytes);         // errors::domstore_quota

}    // namespace xm::dbd
