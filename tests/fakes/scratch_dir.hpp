#pragma once
// A directory of its own for one test, removed with everything in it.

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace xm::test {

class ScratchDir {
public:
    ScratchDir() {
        std::string name = (std::filesystem::temp_directory_path() / "xm-test-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~ScratchDir() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchDir(const ScratchDir&) = delete;
    ScratchDir& operator=(const ScratchDir&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

}    // namespace xm::test
