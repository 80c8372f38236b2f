#pragma once
// The host's files as far as a VM's life touches them: are its disk images there, is its user's folder open, and away
// with them when it is deleted. Calls do not wait.

#include <filesystem>

namespace xm::connect {

class HostFiles {
public:
    virtual ~HostFiles() = default;

    virtual bool exists(const std::filesystem::path& path) const = 0;          // and is no directory
    virtual bool is_mounted(const std::filesystem::path& folder) const = 0;    // holds a file system of its own
    // Nothing if it is not there. Failures: errors::io_error.
    virtual void remove(const std::filesystem::path& path) = 0;
    virtual void remove_tree(const std::filesystem::path& path) = 0;
};

// The real ones.
class LocalFiles final : public HostFiles {
public:
    bool exists(const std::filesystem::path& path) const override;
    bool is_mounted(const std::filesystem::path& folder) const override;
    void remove(const std::filesystem::path& path) override;
    void remove_tree(const std::filesystem::path& path) override;
};

}    // namespace xm::connect
