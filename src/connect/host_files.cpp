#include "connect/host_files.hpp"

#include "base/failure.hpp"
#include "gen/errors.hpp"

namespace xm::connect {

namespace fs = std::filesystem;

bool LocalFiles::exists(const fs::path& path) const {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    return fs::exists(status) && !fs::is_directory(status);
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
