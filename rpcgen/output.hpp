#pragma once
// Files to disk and back: the only code of the generator that touches the file system.

#include "rpcgen/emit.hpp"

#include <filesystem>

namespace xm::rpcgen {

std::string read_file(const std::filesystem::path& path);

// Every NAME.tmpl in the folder.
Templates read_templates(const std::filesystem::path& folder);

// Each file through a temporary one and rename; a file that already has the content is left untouched, so that
// nothing is built again because of it. Throws std::system_error.
void write_files(const std::filesystem::path& folder, const Files& files);

}    // namespace xm::rpcgen
