#pragma once
// One VM on the bus: /vm/<uuid with underscores>. com.citrix.xenclient.xenmgr.vm is the guarded face, which asks the
// VM's own policy before it writes; .vm.unrestricted is the same without the question; .auth, .pci and .product stand
// beside them. An object lives for one call and holds nothing but the VM's uuid.

#include "base/uuid.hpp"
#include "bus/family.hpp"
#include "xenmgr/manager/manager.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xm::expose {

class VmFamily final : public bus::Family {
public:
    explicit VmFamily(xenmgr::Manager& manager) : manager_{manager} {}

    std::span<const bus::Interface* const> interfaces() const override;
    std::vector<std::string> paths() const override;
    std::unique_ptr<bus::Object> find(std::string_view path) override;

private:
    xenmgr::Manager& manager_;
};

}    // namespace xm::expose
