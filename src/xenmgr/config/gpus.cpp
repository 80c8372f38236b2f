#include "xenmgr/config/gpus.hpp"

#include "xenmgr/config/vm_view.hpp"

#include <algorithm>

namespace xm::xenmgr {
namespace {

struct Placed {
    int place;
    std::string address;
};

std::vector<std::string> host_gpus(const HostFacts& facts) {
    std::vector<std::string> gpus;
    for (const auto& device : facts.pci_devices)
        if (device.is_display() && device.boot_vga == true) gpus.push_back(device.address.text());
    if (!has_capability(facts, "secondary-gpu-pt")) return gpus;
    for (const auto& device : facts.pci_devices)
        if (device.is_display() && device.boot_vga != true) gpus.push_back(device.address.text());
    return gpus;
}

bool same_card(const PciAddress& one, const PciAddress& other) {
    return one.domain == other.domain && one.bus == other.bus;
}

}    // namespace

std::vector<std::string> offered_gpus(const HostFacts& facts, const ConfigTree& host) {
    const auto gpus = host_gpus(facts);
    const auto handlers = host.get_or("xenmgr/dh/gpu", "");
    std::vector<Placed> offered;
    for (std::size_t i = 0; i < gpus.size(); ++i) {
        if (handlers.find(gpus[i]) != std::string_view::npos) continue;
        offered.push_back({number(host, join("xenmgr/gpu-placement", gpus[i]), static_cast<int>(i)), gpus[i]});
    }
    std::ranges::stable_sort(offered, {}, &Placed::place);
    std::vector<std::string> addresses;
    for (auto& gpu : offered)
        addresses.push_back(std::move(gpu.address));
    return addresses;
}

Change plan_pass_whole_gpu(const ConfigTree& tree, const std::vector<PciDevice>& host) {
    Change change;
    const auto gpu = PciAddress::parse(tree.get_or("gpu", ""));
    if (!gpu) return change;
    ConfigTree planned = tree;    // each rule takes the number after the one before it
    for (const auto& device : host) {
        if (!same_card(device.address, *gpu) || device.address == *gpu) continue;
        const PciAddressRule rule{device.address, {}};
        if (has_pci_rule(planned, rule)) continue;
        const auto added = plan_add_pci_rule(planned, rule);
        planned.apply(added);
        change += added;
    }
    return change;
}

}    // namespace xm::xenmgr
