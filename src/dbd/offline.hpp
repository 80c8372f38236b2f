#pragma once
// What dbd does to a database file instead of serving it: import, export, recovery. Each takes the lock, tells its
// result on stdout and throws a Failure if nothing was done.

#include <filesystem>

namespace xm::dbd {

void import_into(const std::filesystem::path& database, const std::filesystem::path& source);
void export_from(const std::filesystem::path& database, const std::filesystem::path& target);
void recover_database(const std::filesystem::path& database);

}    // namespace xm::dbd
