#include "connect/xl/domain_config.hpp"

#include "connect/xl/blocks.hpp"

namespace xm::connect::xl {

DomainConfig domain_config(const model::GuestSpec& spec) {
    DomainConfig config;
    set_identity(*config, spec);
    set_virtualisation(*config, spec);
    add_disks(*config, spec);
    add_nics(*config, spec);
    add_pci_devices(*config, spec);
    set_processors(*config, spec);
    set_platform(*config, spec);
    set_device_model(*config, spec);
    set_display(*config, spec);
    set_extra_lines(*config, spec);
    return config;
}

}    // namespace xm::connect::xl
