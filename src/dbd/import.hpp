#pragma once
// Trees from files: one JSON file, or a directory in the layout that the database had before it was an SQLite file:
//   db                      everything but the next two
//   vms/<name>.db           /vm/<name>
//   dom-store/<name>.db     /dom-store/<name>
// Other files below the two directories are binary nodes, their sub-directories interior nodes. "x.db.tmp" is what an
// interrupted write left, and is used if there is no "x.db".

#include "dbd/tree.hpp"

#include <filesystem>

namespace xm::dbd {

// Failures name the file. Also std::system_error, if a file cannot be read.
Tree read_tree(const std::filesystem::path& file_or_directory);

}    // namespace xm::dbd
