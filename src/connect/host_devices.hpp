#pragma once
// What hardware the host has, as the kernel shows it in /sys: PCI devices and CD drives. Nothing here waits for a
// device. What cannot be read is left out.

#include "model/pci_device.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace xm::connect {

class HostDevices {
public:
    virtual ~HostDevices() = default;

    virtual std::vector<model::PciDevice> pci_devices() const = 0;    // by address
    virtual std::vector<std::string> cd_drives() const = 0;           // SCSI addresses "host:channel:id:lun"
};

// The real ones. Another root than "/" holds a host that a test made up.
class LocalDevices final : public HostDevices {
public:
    explicit LocalDevices(std::filesystem::path root = "/") : root_{std::move(root)} {}

    std::vector<model::PciDevice> pci_devices() const override;
    std::vector<std::string> cd_drives() const override;

private:
    std::filesystem::path root_;
};

}    // namespace xm::connect
