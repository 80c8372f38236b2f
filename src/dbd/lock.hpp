#pragma once
// At most one process works on a database file: an exclusive lock on "<file>.lock", which the kernel drops with the
// process, however it ends. The lock file stays, and holds the number of its last owner.

#include "base/fd.hpp"

#include <filesystem>

namespace xm::dbd {

class Lock {
public:
    explicit Lock(
        const std::filesystem::path& database);    // Failure (errors::database_in_use) names the other process

private:
    Fd fd_;
};

}    // namespace xm::dbd
