#include "xenvm/config_devices.hpp"

#include "base/text.hpp"
#include "xenvm/device_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace xm::xenvm {
namespace {

constexpr int most_nics = 32;

}    // namespace

std::string add_disk(ConfigFile& file, std::string_view value) {
    ParsedDisk parsed = parse_disk_line(value);
    model::Disk& disk = parsed.disk;
    auto& disks = file.spec.disks;
    if (std::ranges::find(disks, disk.device, &model::Disk::device) != disks.end())
        return disk.device + " is used twice";
    disk.id = static_cast<int>(disks.size());
    disks.push_back(std::move(disk));
    for (const std::string& option : parsed.without_effect)
        file.remarks.push_back(option + " has no effect on this hypervisor");
    return {};
}

std::string add_nic(ConfigFile& file, std::string_view value) {
    model::Nic nic = parse_nic(value);
    auto& nics = file.spec.nics;
    const auto taken = [&](int id) { return std::ranges::find(nics, id, &model::Nic::id) != nics.end(); };
    if (nic.id >= 0 && taken(nic.id)) return fmt::format("id {} is used twice", nic.id);
    if (nic.id < 0)
        for (nic.id = 0; taken(nic.id);)
            ++nic.id;
    if (nic.id >= most_nics) return "more than 32 network cards";
    nics.push_back(std::move(nic));
    return {};
}

std::string add_pci(ConfigFile& file, std::string_view value) {
    std::string address = parse_pci(value);
    auto& devices = file.spec.pci;
    if (std::ranges::find(devices, address) != devices.end()) return address + " is given twice";
    devices.push_back(std::move(address));
    return {};
}

std::string add_extra_hvm(ConfigFile& file, std::string_view value) {
    const std::size_t equals = std::min(value.find('='), value.size());
    const std::string_view name = text::trim(value.substr(0, equals));
    if (name.empty()) return "expected an option of the device model, or option=value";
    file.spec.device_model_args.push_back("-" + std::string{name});
    if (equals != value.size()) file.spec.device_model_args.emplace_back(text::trim(value.substr(equals + 1)));
    return {};
}

}    // namespace xm::xenvm
