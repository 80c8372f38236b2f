#pragma once
// Rescue of a damaged database file: every row that can be read and whose checksum fits goes into a fresh file; the
// damaged one is kept beside it as <file>.damaged-<time>. Killed in between, it can simply be run again.

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace xm::dbd {

struct Rescue {
    bool was_sound = false;             // nothing was wrong, nothing was done
    std::size_t kept = 0;               // nodes in the fresh file
    std::vector<std::string> lost{};    // one sentence for each row or range that could not be kept
    std::filesystem::path damaged{};    // where the damaged file is now
};

Rescue recover(const std::filesystem::path& file);

}    // namespace xm::dbd
