#pragma once
// Whole files: read at once, replaced atomically. Failures carry the path and errno's text as std::system_error.

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace xm::files {

// Refuses files over `limit` bytes, so that a wrong path cannot eat the memory.
std::string read(const std::filesystem::path& path, std::size_t limit = std::size_t{64} << 20);

// Unique temporary name beside the target, fsync, rename, fsync of the directory.
void replace(const std::filesystem::path& path, std::string_view content, unsigned mode = 0644);

}    // namespace xm::files
