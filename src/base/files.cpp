#include "base/files.hpp"

#include "base/fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace xm::files {
namespace {

[[noreturn]] void raise(const char* what, const std::filesystem::path& path) {
    throw std::system_error{errno, std::system_category(), std::string{what} + " " + path.string()};
}

void write_all(int fd, std::string_view content, const std::filesystem::path& path) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno != EINTR) raise("write", path);
        if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
    }
}

void sync_directory(const std::filesystem::path& directory) {
    const Fd fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd || ::fsync(fd.get()) != 0) raise("fsync", directory);
}

}    // namespace

std::string read(const std::filesystem::path& path, std::size_t limit) {
    const Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd) raise("open", path);
    std::string content;
    std::string block(65536, '\0');
    while (true) {
        const ssize_t got = ::read(fd.get(), block.data(), block.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) raise("read", path);
        if (got == 0) return content;
        content.append(block, 0, static_cast<std::size_t>(got));
        if (content.size() > limit) {
            errno = EFBIG;
            raise("read", path);
        }
    }
}

void replace(const std::filesystem::path& path, std::string_view content, unsigned mode) {
    std::string temporary = path.string() + ".XXXXXX";
    const Fd fd{::mkostemp(temporary.data(), O_CLOEXEC)};
    if (!fd) raise("create", temporary);
    try {
        write_all(fd.get(), content, temporary);
        if (::fchmod(fd.get(), mode) != 0) raise("chmod", temporary);
        if (::fsync(fd.get()) != 0) raise("fsync", temporary);
        if (::rename(temporary.c_str(), path.c_str()) != 0) raise("rename", path);
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
    sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

}    // namespace xm::files
