#include "xenmgr/config/pci_rules.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/vm_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace xm::xenmgr {
namespace {

constexpr std::string_view rules_key = "config/pci";
constexpr std::uint16_t display_class = 0x0300;
constexpr int hexadecimal = 16;

struct StoredRule {
    int id = 0;
    PciIds ids;
    std::optional<PciAddressRule> by_address;
    bool force_slot = false;
};

std::optional<std::uint16_t> parse_id(std::string_view text) {
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    return hex ? text::parse_number<std::uint16_t>(text.substr(2), hexadecimal)
               : text::parse_number<std::uint16_t>(text);
}

std::optional<std::uint16_t> parse_argument(std::string_view name, std::string_view untrusted_text) {
    const auto text = text::trim(untrusted_text);
    if (text.empty() || text == "any") return std::nullopt;
    if (const auto id = parse_id(text)) return id;
    fail(errors::bad_value, "", "{} = '{}': must be a 16-bit number, decimal or 0x..., or any", name,
         text::escaped(text));
}

std::optional<PciAddressRule> find_address_rule(std::string_view untrusted_text) {
    const auto at = untrusted_text.find('@');
    const auto address = PciAddress::parse(text::trim(untrusted_text.substr(0, at)));
    if (!address) return std::nullopt;
    if (at == std::string_view::npos) return PciAddressRule{*address, {}};
    const auto slot = text::parse_number<std::uint8_t>(text::trim(untrusted_text.substr(at + 1)), hexadecimal);
    if (!slot || *slot > 31) return std::nullopt;
    return PciAddressRule{*address, slot};
}

std::string to_text(const PciAddressRule& rule, std::string_view separator) {
    if (!rule.guest_slot) return rule.address.text();
    return fmt::format("{}{}{:02x}", rule.address.text(), separator, *rule.guest_slot);
}

std::string hex4(std::uint16_t id) { return fmt::format("{:#06x}", id); }
std::string hex4(const std::optional<std::uint16_t>& id) { return id ? hex4(*id) : std::string{}; }

std::vector<StoredRule> stored_rules(const ConfigTree& tree) {
    std::vector<StoredRule> rules;
    for (const int id : tree.ids(rules_key)) {
        const auto field = [&](std::string_view key) { return parse_id(tree.get_or(join(rules_key, id, key), "")); };
        StoredRule rule{id, {field("class"), field("vendor"), field("device")}, {}, false};
        rule.force_slot = flag(tree, join(rules_key, id, "force-slot"));
        if (const auto bdf = tree.get(join(rules_key, id, "bdf"))) {
            rule.by_address = find_address_rule(*bdf);
            if (!rule.by_address) continue;
        }
        rules.push_back(rule);
    }
    return rules;
}

template <class Predicate>
Change plan_delete(const ConfigTree& tree, Predicate doomed) {
    Change change;
    for (const auto& rule : stored_rules(tree)) {
        if (!doomed(rule)) continue;
        change.remove(join(rules_key, rule.id));
        change.effects.config_changed = true;
    }
    return change;
}

// By address, so that every device is passed once.
using Selected = std::map<PciAddress, PassedDevice>;

void select(Selected& selected, const std::vector<PciDevice>& host, const PciIds& ids, bool force_slot) {
    for (const auto& device : host) {
        if (!ids.matches(device)) continue;
        const auto slot = force_slot ? std::optional{device.address.slot} : std::nullopt;
        selected.try_emplace(device.address, PassedDevice{device, slot});
    }
}

const PciDevice* find_device(const std::vector<PciDevice>& host, const PciAddress& address) {
    const auto found = std::ranges::find(host, address, &PciDevice::address);
    return found == host.end() ? nullptr : &*found;
}

}    // namespace

bool PciIds::matches(const PciDevice& candidate) const {
    if (vendor && *vendor != candidate.vendor) return false;
    if (device && *device != candidate.device) return false;
    if (!pci_class) return true;
    if (*pci_class == display_class) return candidate.pci_class >> 8 == display_class >> 8;
    return *pci_class == candidate.pci_class;
}

PciIds parse_pci_ids(std::string_view pci_class, std::string_view vendor, std::string_view device) {
    return {parse_argument("class", pci_class), parse_argument("vendor_id", vendor),
            parse_argument("device_id", device)};
}

PciAddressRule parse_address_rule(std::string_view untrusted_text) {
    if (const auto rule = find_address_rule(untrusted_text)) return *rule;
    fail(errors::bad_pci_address, "", "'{}' must be dddd:bb:ss.f, with @ and the guest slot if wanted",
         text::escaped(untrusted_text));
}

Change plan_add_pci_rule(const ConfigTree& tree, const PciIds& ids) {
    const int id = next_id(tree, rules_key, 1);
    Change change;
    if (ids.pci_class) change.write(join(rules_key, id, "class"), hex4(*ids.pci_class));
    if (ids.vendor) change.write(join(rules_key, id, "vendor"), hex4(*ids.vendor));
    if (ids.device) change.write(join(rules_key, id, "device"), hex4(*ids.device));
    if (change.empty()) fail(errors::bad_value, "", "a rule without class, vendor and device would pass every device");
    change.effects.config_changed = true;
    return change;
}

Change plan_delete_pci_rule(const ConfigTree& tree, const PciIds& ids) {
    return plan_delete(tree, [&](const StoredRule& rule) { return !rule.by_address && rule.ids == ids; });
}

Change plan_add_pci_rule(const ConfigTree& tree, const PciAddressRule& rule) {
    Change change;
    change.write(join(rules_key, next_id(tree, rules_key, 1), "bdf"), to_text(rule, "@"));
    change.effects.config_changed = true;
    return change;
}

Change plan_delete_pci_rule(const ConfigTree& tree, const PciAddressRule& rule) {
    return plan_delete(tree, [&](const StoredRule& stored) { return stored.by_address == rule; });
}

bool has_pci_rule(const ConfigTree& tree, const PciAddressRule& rule) {
    return std::ranges::any_of(stored_rules(tree), [&](const StoredRule& stored) { return stored.by_address == rule; });
}

std::vector<StringMap> list_pci_rules(const ConfigTree& tree) {
    std::vector<StringMap> list;
    for (const auto& rule : stored_rules(tree)) {
        const auto text = rule.by_address ? "bdf=" + to_text(*rule.by_address, " @ ")
                                          : fmt::format("match class={} vendor={} device={}", hex4(rule.ids.pci_class),
                                                        hex4(rule.ids.vendor), hex4(rule.ids.device));
        list.push_back({{"id", std::to_string(rule.id)}, {"rule", text}});
    }
    return list;
}

std::string PassedDevice::text() const { return to_text({device.address, guest_slot}, "@"); }

PassedDevices passed_devices(const ConfigTree& tree, const std::vector<PciDevice>& host, bool amt_active) {
    constexpr PciIds amt_heci{.pci_class = 0x0780, .vendor = 0x8086, .device = {}};
    constexpr PciIds amt_serial{.pci_class = 0x0700, .vendor = 0x8086, .device = {}};
    PassedDevices result;
    Selected selected;
    if (amt_active && flag(tree, "amt-pt")) {
        select(selected, host, amt_heci, true);
        select(selected, host, amt_serial, false);
    }
    for (const auto& rule : stored_rules(tree)) {
        if (!rule.by_address) {
            select(selected, host, rule.ids, rule.force_slot);
        } else if (const auto* device = find_device(host, rule.by_address->address)) {
            selected.try_emplace(device->address, PassedDevice{*device, rule.by_address->guest_slot});
        } else {
            result.missing.push_back(rule.by_address->address);
        }
    }
    if (const auto gpu = PciAddress::parse(tree.get_or("gpu", ""))) {
        const auto* device = find_device(host, *gpu);
        selected.erase(*gpu);
        if (device) result.present.push_back({*device, {}});
        if (!device) result.missing.push_back(*gpu);
    }
    for (auto& [address, device] : selected)
        result.present.push_back(std::move(device));
    return result;
}

int mmio_hole_mib(const PassedDevices& devices) {
    constexpr std::uint64_t mib = 1 << 20, hole_end = 0xfc000000, four_gib = std::uint64_t{1} << 32;
    std::uint64_t wanted = 64 * mib;
    for (const auto& passed : devices.present)
        wanted += passed.device.memory_bytes;
    for (const std::uint64_t base : {0xf0000000, 0xe0000000, 0xc0000000, 0x80000000})
        if (hole_end - base > wanted) return static_cast<int>((four_gib - base) / mib);
    fail(errors::pci_memory_too_large, "", "they have {} MiB of memory", wanted / mib);
}

StringMap describe(const PciDevice& device) {
    return {{"addr", device.address.text()},
            {"name", device.name},
            {"class", fmt::format("0x{:X}", device.pci_class)},
            {"vendor-id", fmt::format("0x{:X}", device.vendor)},
            {"device-id", fmt::format("0x{:X}", device.device)}};
}

}    // namespace xm::xenmgr
