#include "dbd/lock.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace xm::dbd {
namespace {

std::string owner(int fd) {
    std::array<char, 32> text{};
    const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
    return got > 0 ? text::escaped(text::trim({text.data(), static_cast<std::size_t>(got)})) : "?";
}

}    // namespace

Lock::Lock(const std::filesystem::path& database) {
    if (database.has_parent_path() && std::filesystem::create_directory(database.parent_path()))
        std::filesystem::permissions(database.parent_path(), std::filesystem::perms{0755});
    const std::string file = database.string() + ".lock";
    fd_ = Fd{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (!fd_) fail(errors::io_error, file, "cannot open it: {}", std::strerror(errno));
    if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0)
        fail(errors::database_in_use, database.string(), "process {} holds {}", owner(fd_.get()), file);
    const std::string pid = std::to_string(::getpid()) + '\n';
    // Only for the message above, so a full disk does not matter here.
    if (::ftruncate(fd_.get(), 0) == 0) [[maybe_unused]]
        const ssize_t written = ::pwrite(fd_.get(), pid.data(), pid.size(), 0);
}

}    // namespace xm::dbd
