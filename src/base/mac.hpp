#pragma once
// Hardware addresses of NICs: the generated one is a function of NIC id and VM, so that a guest keeps it for ever.

#include "base/uuid.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace xm {

// From the MD5 digest of "<nic id> <uuid>"; locally administered, unicast.
std::string generated_mac(int nic_id, Uuid vm);

// Six octets in hexadecimal, separated by colons, not multicast; in lower case.
std::optional<std::string> parse_mac(std::string_view untrusted_text);

}    // namespace xm
