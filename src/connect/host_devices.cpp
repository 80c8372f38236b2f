#include "connect/host_devices.hpp"

#include "base/files.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "connect/pci_names.hpp"

#include <algorithm>
#include <exception>

namespace xm::connect {
namespace {

namespace fs = std::filesystem;
using model::PciAddress;
using model::PciDevice;

constexpr int hexadecimal = 16;
constexpr std::uint64_t memory_region = 0x200;    // the kernel's IORESOURCE_MEM

// Empty: it cannot be read.
std::string content(const fs::path& file) try { return files::read(file); } catch (const std::exception& e) {
    log::debug("host file not read: {}", e.what());
    return {};
}

template <class Number>
std::optional<Number> hex(std::string_view untrusted_text) {
    auto digits = text::trim(untrusted_text);
    if (digits.starts_with("0x")) digits.remove_prefix(2);
    return text::parse_number<Number>(digits, hexadecimal);
}

template <class Number>
std::optional<Number> attribute(const fs::path& device, const char* name) {
    return hex<Number>(content(device / name));
}

// Lines "base end flags", zeros for a region that is not used.
std::uint64_t memory_of(std::string_view resource) {
    std::uint64_t sum = 0;
    for (const auto line : text::split(resource, '\n')) {
        const auto parts = text::split(text::trim(line), ' ');
        if (parts.size() != 3) continue;
        const auto base = hex<std::uint64_t>(parts[0]), end = hex<std::uint64_t>(parts[1]);
        const auto flags = hex<std::uint64_t>(parts[2]);
        if (base && end && flags && *base != 0 && *end > *base && (*flags & memory_region) != 0)
            sum += *end - *base + 1;
    }
    return sum;
}

std::optional<PciDevice> read_device(const fs::path& folder) {
    const auto address = PciAddress::parse(folder.filename().string());
    const auto vendor = attribute<std::uint16_t>(folder, "vendor");
    const auto device = attribute<std::uint16_t>(folder, "device");
    const auto class_and_interface = attribute<std::uint32_t>(folder, "class");
    if (!address || !vendor || !device || !class_and_interface) return std::nullopt;
    PciDevice found{.address = *address,
                    .vendor = *vendor,
                    .device = *device,
                    .pci_class = static_cast<std::uint16_t>(*class_and_interface >> 8)};
    if (found.is_display())
        if (const auto boot = attribute<int>(folder, "boot_vga")) found.boot_vga = *boot == 1;
    found.memory_bytes = memory_of(content(folder / "resource"));
    return found;
}

template <class Use>
void each_entry(const fs::path& folder, Use use) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator{folder, error})
        use(entry.path());
}

}    // namespace

std::vector<PciDevice> LocalDevices::pci_devices() const {
    std::vector<PciDevice> devices;
    each_entry(root_ / "sys/bus/pci/devices", [&](const fs::path& folder) {
        if (auto device = read_device(folder)) devices.push_back(*std::move(device));
    });
    std::ranges::sort(devices, {}, &PciDevice::address);
    const auto names = content(root_ / "usr/share/misc/pci.ids");
    for (auto& device : devices)
        device.name = pci_name(names, device.vendor, device.device);
    return devices;
}

// /sys/block/sr0/device leads to .../1:0:0:0.
std::vector<std::string> LocalDevices::cd_drives() const {
    std::vector<std::string> drives;
    each_entry(root_ / "sys/block", [&](const fs::path& block) {
        std::error_code error;
        if (!block.filename().string().starts_with("sr")) return;
        const auto device = fs::read_symlink(block / "device", error).filename().string();
        if (!error && std::ranges::count(device, ':') == 3) drives.push_back(device);
    });
    std::ranges::sort(drives);
    return drives;
}

}    // namespace xm::connect
