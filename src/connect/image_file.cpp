#include "connect/image_file.hpp"

#include "base/fd.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "connect/vhd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

namespace xm::connect {
namespace {

bool read_fully(int fd, std::uint64_t offset, std::span<std::uint8_t> into) {
    while (!into.empty()) {
        const auto count = ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        offset += static_cast<std::uint64_t>(count);
        into = into.subspan(static_cast<std::size_t>(count));
    }
    return true;
}

std::int64_t to_signed(std::uint64_t bytes) {
    return static_cast<std::int64_t>(
        std::min<std::uint64_t>(bytes, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())));
}

ImageInfo unusable(const std::filesystem::path& path, std::string_view cause) {
    log::warn("image={} is not read: {}", text::escaped(path.string()), cause);
    return {};
}

}    // namespace

// Not blocking matters for what is no image at all: a named pipe that nobody writes to.
ImageInfo LocalImages::look_at_vhd(const std::filesystem::path& path) const {
    const Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (!file) return unusable(path, std::system_category().message(errno));
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) return unusable(path, std::system_category().message(errno));
    if (!S_ISREG(status.st_mode)) return unusable(path, "it is no regular file");
    const auto answer = read_vhd(
        static_cast<std::uint64_t>(status.st_size),
        [&](std::uint64_t offset, std::span<std::uint8_t> into) { return read_fully(file.get(), offset, into); });
    if (const auto* fault = std::get_if<VhdFault>(&answer)) return unusable(path, fault->what);
    const auto& vhd = std::get<VhdFacts>(answer);
    return {.virtual_bytes = to_signed(vhd.virtual_bytes), .stored_bytes = status.st_size, .key_set = vhd.key_set};
}

}    // namespace xm::connect
