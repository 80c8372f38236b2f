#pragma once
// Files that exist because a test says so.

#include "connect/host_files.hpp"

#include <set>
#include <string>

namespace xm::fakes {

class FakeHostFiles final : public connect::HostFiles {
public:
    std::set<std::string> files;
    std::set<std::string> mounts;

    bool exists(const std::filesystem::path& path) const override { return files.contains(path.string()); }
    bool is_mounted(const std::filesystem::path& folder) const override { return mounts.contains(folder.string()); }
    void remove(const std::filesystem::path& path) override { files.erase(path.string()); }
    void remove_tree(const std::filesystem::path& path) override {
        std::erase_if(files, [&](const std::string& file) { return file.starts_with(path.string() + "/"); });
    }
};

}    // namespace xm::fakes
