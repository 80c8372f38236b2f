#pragma once
// The few things that libxl offers no function for. Each is one call of the hypervisor and returns at once.

namespace xm::connect::xl {

int acpi_state(int domid);          // as the emulated firmware has it: 0 or 3; 0 if there is no answer
bool has_drivers(int domid);        // an HVM guest's, for the hypervisor: it has said how it wants to be interrupted
bool end_with_reboot(int domid);    // the domain dies now, with reason reboot; false: refused

}    // namespace xm::connect::xl
