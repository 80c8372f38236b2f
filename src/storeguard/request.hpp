#pragma once
// What the firewall may ask of xenstore, as a table. Whoever reaches xenstored's own socket acts as domain 0: a write
// there can make a root process run anything. So the process that guests talk to gets this door instead, and a guest
// that took it over could learn which domain is which VM, and no more.
//
// The wire format is that of xen/io/xs_wire.h: a header in the host's byte order, then strings that end with a zero.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace xm::storeguard {

struct Header {
    std::uint32_t type = 0;    // XS_READ and so on
    std::uint32_t request = 0;
    std::uint32_t transaction = 0;
    std::uint32_t length = 0;    // bytes that follow
};
static_assert(sizeof(Header) == 16);

inline constexpr std::size_t longest_payload = 4096;    // XENSTORE_PAYLOAD_MAX

// untrusted_payload: the whole of what followed the header.
bool is_allowed(std::uint32_t type, std::string_view untrusted_payload);

}    // namespace xm::storeguard
