#pragma once
// A PCI device of the host and its address.

#include <fmt/format.h>

#include <charconv>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xm::model {

struct PciAddress {
    std::uint16_t domain = 0;
    std::uint8_t bus = 0;
    std::uint8_t slot = 0;        // 0..31
    std::uint8_t function = 0;    // 0..7

    static std::optional<PciAddress> parse(std::string_view untrusted_text);    // dddd:bb:ss.f, hexadecimal
    std::string text() const { return fmt::format("{:04x}:{:02x}:{:02x}.{:x}", domain, bus, slot, function); }
    auto operator<=>(const PciAddress&) const = default;
};

struct PciDevice {
    PciAddress address;
    std::uint16_t vendor = 0;
    std::uint16_t device = 0;
    std::uint16_t pci_class = 0;    // class and subclass, without the programming interface
    std::string name = {};
    std::optional<bool> boot_vga = {};    // of display devices: the firmware's choice; absent: the host does not say
    std::uint64_t memory_bytes = 0;       // of its memory regions

    bool is_display() const { return pci_class >> 8 == 0x03; }
};

inline std::optional<PciAddress> PciAddress::parse(std::string_view untrusted_text) {
    constexpr std::string_view form = "dddd:bb:ss.f";
    if (untrusted_text.size() != form.size() || untrusted_text[4] != ':' || untrusted_text[7] != ':' ||
        untrusted_text[10] != '.')
        return std::nullopt;
    PciAddress found;
    const auto read = [&](std::size_t at, std::size_t digits, auto& field) {
        const char* end = untrusted_text.data() + at + digits;
        return std::from_chars(end - digits, end, field, 16).ptr == end;
    };
    if (!read(0, 4, found.domain) || !read(5, 2, found.bus) || !read(8, 2, found.slot) || !read(11, 1, found.function))
        return std::nullopt;
    if (found.slot > 31 || found.function > 7) return std::nullopt;
    return found;
}

}    // namespace xm::model
