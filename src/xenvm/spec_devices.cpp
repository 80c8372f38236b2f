#include "xenvm/spec_devices.hpp"

#include "base/failure.hpp"
#include "gen/errors.hpp"

#include <algorithm>

namespace xm::xenvm {
namespace {

template <class Devices>
bool has_id(const Devices& devices, int id) {
    return std::any_of(devices.begin(), devices.end(), [id](const auto& device) { return device.id == id; });
}

bool has_device(const std::vector<model::Disk>& disks, const std::string& device) {
    return std::any_of(disks.begin(), disks.end(), [&](const model::Disk& disk) { return disk.device == device; });
}

}    // namespace

model::Disk& insert_disk(model::GuestSpec& spec, model::Disk disk) {
    if (has_device(spec.disks, disk.device)) fail(errors::duplicate_device, disk.device, "already in use");
    while (has_id(spec.disks, disk.id))
        ++disk.id;
    return spec.disks.emplace_back(std::move(disk));
}

model::Disk& find_cd_drive(model::GuestSpec& spec, const std::string& device) {
    const auto same = [&](const model::Disk& disk) { return disk.device == device; };
    const auto found = std::find_if(spec.disks.begin(), spec.disks.end(), same);
    if (found == spec.disks.end() || found->devtype != model::DiskDevtype::cdrom)
        fail(errors::no_such_disk, device, "not a CD drive of this machine");
    return *found;
}

model::Nic& insert_nic(model::GuestSpec& spec, model::Nic nic) {
    if (has_id(spec.nics, nic.id)) fail(errors::duplicate_device, std::to_string(nic.id), "already in use");
    return spec.nics.emplace_back(std::move(nic));
}

void insert_pci(model::GuestSpec& spec, std::string device) {
    const auto address = [](const std::string& text) { return text.substr(0, text.find_first_of("@,")); };
    for (const std::string& other : spec.pci)
        if (address(other) == address(device)) fail(errors::duplicate_device, address(device), "already in use");
    spec.pci.push_back(std::move(device));
}

model::Nic& find_nic(model::GuestSpec& spec, int id) {
    const auto same = [id](const model::Nic& nic) { return nic.id == id; };
    const auto found = std::find_if(spec.nics.begin(), spec.nics.end(), same);
    if (found == spec.nics.end()) fail(errors::no_such_nic, std::to_string(id), "this machine has none of that id");
    return *found;
}

void keep_devices(model::GuestSpec& spec, const model::GuestSpec& saved) {
    for (const model::Disk& disk : saved.disks)
        if (!has_device(spec.disks, disk.device)) insert_disk(spec, disk);
    for (const model::Nic& nic : saved.nics)
        if (!has_id(spec.nics, nic.id)) insert_nic(spec, nic);
}

}    // namespace xm::xenvm
