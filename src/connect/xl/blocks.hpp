#pragma once
// The parts of a domain's configuration, in the order in which domain_config() sets them. Each needs those before it.

#include "connect/xl/libxl.hpp"
#include "model/guest_spec.hpp"

namespace xm::connect::xl {

void set_identity(libxl_domain_config& config, const model::GuestSpec& spec);
void set_virtualisation(libxl_domain_config& config, const model::GuestSpec& spec);    // the type, and what boots
void add_disks(libxl_domain_config& config, const model::GuestSpec& spec);
void add_nics(libxl_domain_config& config, const model::GuestSpec& spec);
void add_pci_devices(libxl_domain_config& config, const model::GuestSpec& spec);
void set_processors(libxl_domain_config& config, const model::GuestSpec& spec);
void set_platform(libxl_domain_config& config, const model::GuestSpec& spec);
void set_device_model(libxl_domain_config& config, const model::GuestSpec& spec);
void set_display(libxl_domain_config& config, const model::GuestSpec& spec);
void set_extra_lines(libxl_domain_config& config, const model::GuestSpec& spec);

// A device model emulates the machine's hardware, and it runs in a domain of its own.
bool has_stubdom(const model::GuestSpec& spec);

}    // namespace xm::connect::xl
