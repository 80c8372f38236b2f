#pragma once
// Disks and NICs of VMs on the bus: /vm/<uuid>/disk/<n> and /vm/<uuid>/nic/<n>. Writing asks the VM's policy.

#include "bus/family.hpp"
#include "xenmgr/manager/manager.hpp"

namespace xm::expose {

class DiskFamily final : public bus::Family {
public:
    explicit DiskFamily(xenmgr::Manager& manager) : manager_{manager} {}

    std::span<const bus::Interface* const> interfaces() const override;
    std::vector<std::string> paths() const override;
    std::unique_ptr<bus::Object> find(std::string_view path) override;

private:
    xenmgr::Manager& manager_;
};

class NicFamily final : public bus::Family {
public:
    explicit NicFamily(xenmgr::Manager& manager) : manager_{manager} {}

    std::span<const bus::Interface* const> interfaces() const override;
    std::vector<std::string> paths() const override;
    std::unique_ptr<bus::Object> find(std::string_view path) override;

private:
    xenmgr::Manager& manager_;
};

}    // namespace xm::expose
