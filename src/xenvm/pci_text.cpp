// A passed-through device as one line of text.

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "model/pci_device.hpp"
#include "xenvm/config_keys.hpp"
#include "xenvm/device_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace xm::xenvm {
namespace {

constexpr int slots = 32;
constexpr int functions = 8;    // of a slot

struct Line {
    std::string address;
    int slot = 0;    // in the guest; 0: any free one
    std::string options;
};

[[noreturn]] void refuse(std::string_view untrusted_text, std::string_view expected) {
    fail(errors::bad_value, "pci", "{} where {} is expected", text::escaped(untrusted_text, 80), expected);
}

std::optional<model::PciAddress> parse_address(std::string_view part) {
    const bool short_form = std::ranges::count(part, ':') == 1;    // without the domain, which is 0
    return model::PciAddress::parse(short_form ? "0000:" + std::string{part} : std::string{part});
}

int slot_number(std::string_view option, std::string_view value, int units) {
    const auto number = text::parse_number<int>(value, 16);
    if (!number || *number < units || *number >= slots * units) refuse(option, "a slot from 1 to 1f, hexadecimal");
    return *number / units;
}

void set_option(Line& line, std::string_view option) {
    const std::size_t equals = option.find('=');
    const std::string_view name = text::trim(option.substr(0, equals));
    const std::string_view value = text::trim(option.substr(equals + 1));
    if (name == "guest_slot") {
        line.slot = slot_number(option, value, 1);
    } else if (name == "vdevfn") {
        line.slot = slot_number(option, value, functions);
    } else if (name == "msitranslate" || name == "power_mgmt") {
        const auto on = parse_flag(value);
        if (!on) refuse(option, "0 or 1");
        line.options += fmt::format(",{}={}", name, *on ? 1 : 0);
    } else {
        refuse(option, "msitranslate, power_mgmt, guest_slot or vdevfn with a value");
    }
}

// The part with a dot is the address; a device number and the word bind may precede it.
bool precedes_address(std::string_view part) { return part == "bind" || text::parse_number<int>(part).has_value(); }

}    // namespace

std::string parse_pci(std::string_view untrusted_text) {
    Line line;
    for (const std::string_view raw : text::split(untrusted_text, ',')) {
        const std::string_view part = text::trim(raw);
        if (line.address.empty() && precedes_address(part)) continue;
        if (!line.address.empty() && part.find('=') != part.npos) {
            set_option(line, part);
            continue;
        }
        const auto address = parse_address(part);
        if (!address || !line.address.empty()) refuse(part, "devid,domain:bus:device.function");
        line.address = address->text();
    }
    if (line.address.empty()) refuse(untrusted_text, "devid,domain:bus:device.function");
    return line.address + (line.slot == 0 ? "" : fmt::format("@{:x}", line.slot)) + line.options;
}

}    // namespace xm::xenvm
