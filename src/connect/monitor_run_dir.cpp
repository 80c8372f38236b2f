#include "connect/monitor_run_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace xm::connect {
namespace {

// Whoever held the lock before may have removed the file meanwhile; then what we locked is not the lock any more.
bool is_still_named(const Fd& fd, const std::filesystem::path& path) {
    struct stat ours{};
    struct stat named{};
    return ::fstat(fd.get(), &ours) == 0 && ::stat(path.c_str(), &named) == 0 && ours.st_ino == named.st_ino &&
           ours.st_dev == named.st_dev;
}

}    // namespace

Fd MonitorRunDir::try_lock(const Uuid& uuid) const {
    const std::filesystem::path path = lock(uuid);
    while (true) {
        Fd fd{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
        if (!fd) throw std::system_error{errno, std::system_category(), "open " + path.string()};
        if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return Fd{};
        if (is_still_named(fd, path)) return fd;
    }
}

void MonitorRunDir::remove(const Uuid& uuid) const {
    std::error_code ignored;
    std::filesystem::remove(socket(uuid), ignored);
    std::filesystem::remove(lock(uuid), ignored);
}

std::vector<Uuid> MonitorRunDir::sockets() const {
    constexpr std::string_view prefix = "vm-";
    std::vector<Uuid> result;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator{directory_, error}) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(prefix)) continue;
        const auto uuid = Uuid::parse(std::string_view{name}.substr(prefix.size()));
        if (uuid) result.push_back(*uuid);
    }
    std::sort(result.begin(), result.end());
    return result;
}

}    // namespace xm::connect
