#pragma once
// The configuration file as a source of specs.

#include "base/uuid.hpp"
#include "xenvm/command_table.hpp"
#include "xenvm/config_file.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace xm::xenvm {

// The configuration file in its present form. Mistakes are logged, each with file and line; they fail with
// errors::bad_config in strict mode, and if no machine can be made of the rest.
class FileConfig final : public SpecSource {
public:
    FileConfig(std::filesystem::path path, bool strict);    // an empty path: there is no file

    model::GuestSpec spec() const override;
    void reload() override;
    std::string get(const std::string& field) const override;
    void set(const std::string& field, const std::string& value) override;

    model::GuestSpec renewed() {    // read again, for a restart
        reload();
        return spec();
    }
    std::vector<NotifyTarget> notify() const { return file_ ? file_->notify : std::vector{NotifyTarget{}}; }
    const std::optional<ConfigFile>& file() const { return file_; }
    void set_uuid(const Uuid& uuid) { uuid_ = uuid; }

private:
    const ConfigFile& present() const;

    std::filesystem::path path_;
    bool strict_;
    Uuid uuid_;
    std::optional<ConfigFile> file_;
    ConfigSettings settings_;    // of set(), which the file does not know
};

}    // namespace xm::xenvm
