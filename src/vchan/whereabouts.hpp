#pragma once
// Where in xenstore a guest finds the host's firewall. The nodes lie in the guest's own folder, which goes with the
// domain, but belong to the host: the guest may read them and nothing else.

#include <cstdint>
#include <string>

namespace xm::vchan {

inline constexpr std::uint32_t host_domain = 0;
inline constexpr auto path_in_guest = "xenmgr-bus";    // what is relative is below the guest's own folder

inline std::string path_in_host(std::uint32_t domid) {
    return "/local/domain/" + std::to_string(domid) + '/' + path_in_guest;
}

}    // namespace xm::vchan
