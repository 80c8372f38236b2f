#include "connect/host_files.hpp"

#include "base/failure.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

#include <algorithm>

namespace xm::connect {

namespace fs = std::filesystem;

bool LocalFiles::exists(const fs::path& path) const {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    return fs::exists(status) && !fs::is_directory(status);
}

bool LocalFiles::is_mounted(const fs::path& folder) const {
    const std::string mounts = files::read("/proc/self/mounts");    // a line for each: what, where, and more
    return std::ranges::any_of(text::split(mounts, '\n'), [&](std::string_view line) {
        const auto words = text::split(line, ' ');
        return words.size() > 1 && words[1] == folder.native();
    });
}

void LocalFiles::remove(const fs::path& path) {
    std::error_code error;
    fs::remove(path, error);
    if (error) fail(errors::io_error, path.string(), "{}", error.message());
}

void LocalFiles::remove_tree(const fs::path& path) {
    std::error_code error;
    fs::remove_all(path, error);
    if (error) fail(errors::io_error, path.string(), "{}", error.message());
}

}    // namespace xm::connect
