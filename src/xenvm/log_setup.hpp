#pragma once
// Where this monitor's log goes: stderr, or syslog under the name "xenvm"; with debug also a file of its own.

#include "base/uuid.hpp"
#include "xenvm/config_file.hpp"
#include "xenvm/settings.hpp"

namespace xm::xenvm {

void start_log(const Settings& settings);                     // before the uuid is known
void name_log(const Settings& settings, const Uuid& uuid);    // every line says whose monitor speaks
void add_debug_file(const ConfigFile& config, const Uuid& uuid);

}    // namespace xm::xenvm
