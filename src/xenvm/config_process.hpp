#pragma once
// Keys of the configuration file that are about the monitor itself. Each returns what is expected instead of a value it
// refuses, nothing if it is fine.

#include "xenvm/config_file.hpp"

#include <string>
#include <string_view>

namespace xm::xenvm {

std::string set_uuid(ConfigFile& file, std::string_view value);
std::string set_startup(ConfigFile& file, std::string_view value);
std::string set_debug(ConfigFile& file, std::string_view value);
std::string set_output(ConfigFile& file, std::string_view value);
std::string add_notify(ConfigFile& file, std::string_view value);

}    // namespace xm::xenvm
