// Devices of the host that the domain drives itself: PCI, ranges of ports and of memory.

#include "base/text.hpp"
#include "connect/xl/blocks.hpp"
#include "connect/xl/domain_config.hpp"
#include "connect/xl/fields.hpp"
#include "model/pci_device.hpp"

#include <algorithm>

namespace xm::connect::xl {
namespace {

using model::GuestSpec;
using model::VirtType;

constexpr int slots = 32;
constexpr int functions = 8;    // of a slot
constexpr std::uint32_t one_function = 1;

std::uint32_t guest_slot(const std::string& address, std::string_view text) {
    const auto slot = text::parse_number<int>(text, 16);
    if (!slot || *slot < 1 || *slot >= slots)
        fail(errors::bad_pci_address, text::escaped(address, 40), "the guest's slot must be 1 to 1f, hexadecimal");
    return static_cast<std::uint32_t>(*slot * functions);
}

struct Option {
    std::string_view name;
    bool libxl_device_pci::* member;
};

constexpr Option options[] = {
    {"msitranslate", &libxl_device_pci::msitranslate},
    {"power_mgmt", &libxl_device_pci::power_mgmt},
    {"permissive", &libxl_device_pci::permissive},
    {"seize", &libxl_device_pci::seize},
};

void set_option(libxl_device_pci& device, const std::string& text, std::string_view option) {
    const auto equals = std::min(option.find('='), option.size());
    const auto name = option.substr(0, equals);
    const auto row = std::ranges::find(options, name, &Option::name);
    if (row == std::end(options))
        fail(errors::bad_pci_address, text::escaped(text, 60),
             "{} is none of msitranslate, power_mgmt, permissive, seize", text::escaped(name, 30));
    const auto value = equals == option.size() ? std::nullopt : text::parse_bool(option.substr(equals + 1));
    if (!value) fail(errors::bad_pci_address, text::escaped(text, 60), "{}: 0 or 1 is expected", name);
    device.*row->member = *value;
}

// "3f8-3ff", hexadecimal
libxl_ioport_range port_range(std::string_view text) {
    const auto ends = text::split(text, '-');
    const auto first = text::parse_number<std::uint16_t>(ends.front(), 16);
    const auto last = ends.size() == 2 ? text::parse_number<std::uint16_t>(ends.back(), 16) : first;
    if (!first || !last || *last < *first || ends.size() > 2)
        refuse("ioports", "'{}' is no range of ports; write 3f8-3ff, hexadecimal", text::escaped(text, 60));
    libxl_ioport_range range;
    libxl_ioport_range_init(&range);
    range.first = *first;
    range.number = static_cast<std::uint32_t>(*last - *first + 1);
    return range;
}

// "fed40,5@fed40": first page, pages, page in the guest, all hexadecimal
libxl_iomem_range memory_range(std::string_view text) {
    const auto place = text::split(text, '@');
    const auto size = text::split(place.front(), ',');
    const auto start = text::parse_number<std::uint64_t>(size.front(), 16);
    const auto number = text::parse_number<std::uint64_t>(size.back(), 16);
    const auto gfn = place.size() == 2 ? text::parse_number<std::uint64_t>(place.back(), 16) : start;
    if (!start || !number || !gfn || size.size() != 2 || place.size() > 2)
        refuse("iomem", "'{}' is no range of memory; write <first page>,<pages> in hexadecimal",
               text::escaped(text, 60));
    libxl_iomem_range range;
    libxl_iomem_range_init(&range);
    range.start = *start;
    range.number = *number;
    if (place.size() == 2) range.gfn = *gfn;
    return range;
}

template <class Range>
Range* only(Range range) {
    auto* array = static_cast<Range*>(std::malloc(sizeof(Range)));
    if (array == nullptr) throw std::bad_alloc{};
    *array = range;
    return array;
}

}    // namespace

// "0000:01:00.0@5,seize=0" in its parts
DevicePci device_pci(const std::string& text) {
    const auto parts = text::split(text, ',');
    const auto at = parts.front().find('@');
    const auto found = model::PciAddress::parse(text::trim(parts.front().substr(0, at)));
    if (!found) fail(errors::bad_pci_address, text::escaped(text, 40), "it is passed through to a domain");
    DevicePci made;
    made->domain = found->domain;
    made->bus = found->bus;
    made->dev = found->slot;
    made->func = found->function;
    made->vfunc_mask = one_function;
    if (at != parts.front().npos) made->vdevfn = guest_slot(text, text::trim(parts.front().substr(at + 1)));
    made->permissive = true;
    made->msitranslate = true;
    made->seize = true;
    made->power_mgmt = true;
    for (std::size_t i = 1; i < parts.size(); ++i)
        set_option(*made, text, text::trim(parts[i]));
    return made;
}

void add_pci_devices(libxl_domain_config& config, const GuestSpec& spec) {
    libxl_domain_build_info& build = config.b_info;
    for (const std::string& address : spec.pci)
        append(config.pcidevs, config.num_pcidevs, device_pci(address));
    if (spec.virt_type == VirtType::pv && !spec.pci.empty()) set(build.u.pv.e820_host, true);
    if (!spec.ioports.empty()) {
        build.ioports = only(port_range(spec.ioports));
        build.num_ioports = 1;
    }
    if (!spec.iomem.empty()) {
        build.iomem = only(memory_range(spec.iomem));
        build.num_iomem = 1;
    }
}

}    // namespace xm::connect::xl
