#include "connect/xl/hypercalls.hpp"

#include <cstdint>
#include <cstdlib>
#include <memory>

extern "C" {
#include <xenctrl.h>
}
#include <xen/hvm/params.h>

namespace xm::connect::xl {
namespace {

struct Closer {
    void operator()(xc_interface* interface) const { xc_interface_close(interface); }
};

std::unique_ptr<xc_interface, Closer> open_interface() {
    return std::unique_ptr<xc_interface, Closer>{xc_interface_open(nullptr, nullptr, 0)};
}

// 0 if there is no answer.
std::uint64_t hvm_param(int domid, std::uint32_t which) {
    const auto interface = open_interface();
    std::uint64_t value = 0;
    const auto id = static_cast<std::uint32_t>(domid);
    return interface && xc_hvm_param_get(interface.get(), id, which, &value) == 0 ? value : 0;
}

}    // namespace

int acpi_state(int domid) { return hvm_param(domid, HVM_PARAM_ACPI_S_STATE) == 3 ? 3 : 0; }

bool has_drivers(int domid) { return hvm_param(domid, HVM_PARAM_CALLBACK_IRQ) != 0; }

bool end_with_reboot(int domid) {
    const auto interface = open_interface();
    return interface && xc_domain_shutdown(interface.get(), static_cast<std::uint32_t>(domid), SHUTDOWN_reboot) == 0;
}

}    // namespace xm::connect::xl
