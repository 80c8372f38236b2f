#include "base/mac.hpp"

#include "base/md5.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace xm {
namespace {

constexpr std::size_t mac_text_length = 17;
constexpr unsigned multicast_bit = 0x01;
constexpr unsigned local_bit = 0x02;

}    // namespace

std::string generated_mac(int nic_id, Uuid vm) {
    const auto digest = md5(fmt::format("{} {}", nic_id, vm.text()));
    const auto nibble = [&](std::size_t i) { return i % 2 == 0 ? digest[i / 2] >> 4U : digest[i / 2] & 0x0fU; };
    std::string mac;
    for (const std::size_t i : {0U, 2U, 1U, 7U, 6U, 4U}) {
        auto octet = nibble(i) << 4U | nibble(i + 12);
        if (mac.empty()) octet = (octet | local_bit) & ~multicast_bit;
        mac += fmt::format("{}{:02x}", mac.empty() ? "" : ":", octet);
    }
    return mac;
}

std::optional<std::string> parse_mac(std::string_view untrusted_text) {
    if (untrusted_text.size() != mac_text_length) return std::nullopt;
    std::string mac;
    for (const auto part : text::split(untrusted_text, ':')) {
        const auto octet = text::parse_number<std::uint8_t>(part, 16);
        if (part.size() != 2 || !octet) return std::nullopt;
        if (mac.empty() && (*octet & multicast_bit) != 0) return std::nullopt;
        mac += fmt::format("{}{:02x}", mac.empty() ? "" : ":", *octet);
    }
    return mac;
}

}    // namespace xm
