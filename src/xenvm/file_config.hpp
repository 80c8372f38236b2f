#pragma once
// The configuration file as a source of specs.

#include "base/uuid.hpp"
#include "xenvm/command_table.hpp"
#include "xenvm/config_file.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace xm::xenvm {

// The configuration file in its present form. Mistakes are logged; in strict mode they fail with errors::bad_config.
class FileConfig final : public SpecSource {
public:
    FileConfig(std::filesystem::path path, bool strict);    // an empty path: there is no file

    model::GuestSpec spec() const override;
    void reload() override;

    const std::optional<ConfigFile>& file() const { return file_; }
    void set_uuid(const Uuid& uuid) { uuid_ = uuid.text(); }

private:
    std::filesystem::path path_;
    bool strict_;
    std::string uuid_;
    std::optional<ConfigFile> file_;
};

}    // namespace xm::xenvm
