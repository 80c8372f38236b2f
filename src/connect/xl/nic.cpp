// Network cards.

#include "base/mac.hpp"
#include "base/text.hpp"
#include "connect/xl/blocks.hpp"
#include "connect/xl/domain_config.hpp"
#include "connect/xl/fields.hpp"

namespace xm::connect::xl {
namespace {

using model::GuestSpec;
using model::Nic;

void set_mac(libxl_mac& mac, const Nic& nic) {
    if (nic.mac.empty()) return;    // libxl makes one up
    const auto address = parse_mac(nic.mac);
    if (!address)
        refuse(fmt::format("nic {}: mac", nic.id), "'{}' is no hardware address of a card; write aa:bb:cc:dd:ee:ff",
               text::escaped(nic.mac, 40));
    const auto octets = text::split(*address, ':');
    for (std::size_t i = 0; i < octets.size(); ++i)
        mac[i] = *text::parse_number<std::uint8_t>(octets[i], 16);
}

}    // namespace

DeviceNic device_nic(const GuestSpec& spec, const Nic& nic) {
    const bool emulated = has_stubdom(spec);
    if (nic.backend_domid < 0)
        refuse(fmt::format("nic {}: backend-domid", nic.id), "{} is no domain", nic.backend_domid);
    DeviceNic made;
    made->devid = nic.id;
    copy(made->bridge, nic.bridge.empty() ? nic.network : nic.bridge);
    made->backend_domid = static_cast<libxl_domid>(nic.backend_domid);
    set_mac(made->mac, nic);
    made->nictype = emulated ? LIBXL_NIC_TYPE_VIF_IOEMU : LIBXL_NIC_TYPE_VIF;
    if (emulated) copy(made->model, nic.model.empty() ? "e1000" : nic.model);
    return made;
}

void add_nics(libxl_domain_config& config, const GuestSpec& spec) {
    for (const Nic& nic : spec.nics)
        if (nic.enabled) append(config.nics, config.num_nics, device_nic(spec, nic));
}

}    // namespace xm::connect::xl
