#pragma once
// The methods that change the tree, as pure functions of the tree. Each happens completely or throws and leaves the
// tree as it was; several share one commit.

#include "dbd/access.hpp"
#include "dbd/tree.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace xm::dbd {

// Runs once.
using Request = std::function<void(Tree& tree, Changes& changes)>;

// Arguments are checked here, at once; what depends on the tree is checked when the request runs.
Request make_write(const Identity& caller, std::string_view path, std::string value);
Request make_removal(const Identity& caller, std::string_view path);
Request make_injection(const Identity& caller, std::string_view path, std::string_view json);
// First the removals, then the values.
Request make_write_all(const std::map<std::string, std::string>& values, const std::vector<std::string>& removed);
Request make_import(std::string_view json);

}    // namespace xm::dbd
