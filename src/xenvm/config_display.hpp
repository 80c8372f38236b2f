#pragma once
// The key display: <protocol>[:option[=value],...]. What becomes of it depends on the kind of machine, so it is kept
// until the file is read.

#include "xenvm/config_file.hpp"

#include <string>
#include <string_view>

namespace xm::xenvm {

std::string set_display(ConfigFile& file, std::string_view value);    // what is expected instead; empty: fine

// Puts the display into the spec. An hvm machine without the key has a vnc server on the host's own address.
void show_display(ConfigFile& file);

}    // namespace xm::xenvm
