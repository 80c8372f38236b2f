// Requests to xenstore that a firewall which was taken over might send. What passes is about a guest's own nodes: no
// path of it leads elsewhere.

#include "fuzz.hpp"
#include "storeguard/request.hpp"

#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto payload = xm::fuzz::as_text(data, size).substr(1);
    if (!xm::storeguard::is_allowed(data[0], payload)) return 0;
    const auto path = payload.substr(0, payload.find('\0'));
    const bool known = path.empty() || path == "T" || path == "F" || path == "@introduceDomain" ||
                       path == "@releaseDomain" || path == "/local/domain" || path.starts_with("/local/domain/") ||
                       (path.starts_with("/vm/") && path.ends_with("/uuid"));
    const bool climbs = path.find("..") != path.npos || path.find("//") != path.npos;
    xm::fuzz::expect(known && !climbs && !path.starts_with("/local/domain/0/"), "a path is about a guest");
    return 0;
}
