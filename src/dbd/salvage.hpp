#pragma once
// Reads what can be read from a database file that is damaged. The file is opened for writing, so give it a copy.

#include "dbd/changes.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace xm::dbd {

struct Salvage {
    std::map<std::string, Row> rows;    // by path; the checksum of each fits
    std::vector<std::string> lost;
};

Salvage salvage(const std::filesystem::path& copy);

}    // namespace xm::dbd
