#pragma once
// Keys of the configuration file that add a device. Each returns what is wrong with its value, nothing if it is fine;
// texts of single devices fail as xenvm/device_text.hpp says.

#include "xenvm/config_file.hpp"

#include <string>
#include <string_view>

namespace xm::xenvm {

std::string add_disk(ConfigFile& file, std::string_view value);
std::string add_nic(ConfigFile& file, std::string_view value);
std::string add_pci(ConfigFile& file, std::string_view value);
std::string add_extra_hvm(ConfigFile& file, std::string_view value);

}    // namespace xm::xenvm
