#include "xenvm/file_config.hpp"

#include "base/failure.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "xenvm/config_keys.hpp"
#include "xenvm/device_text.hpp"

#include <fmt/format.h>

#include <system_error>

namespace xm::xenvm {
namespace {

constexpr std::size_t largest_config = std::size_t{1} << 20;

std::string read_file(const std::filesystem::path& path) try {
    return files::read(path, largest_config);
} catch (const std::system_error& error) {
    fail(errors::bad_config, path, "{}", error.what());
}

std::string place(const std::filesystem::path& path, const ConfigProblem& problem) {
    return problem.line == 0 ? path.string() : fmt::format("{}:{}", path.string(), problem.line);
}

std::string summary(const std::vector<ConfigProblem>& problems) {
    std::string text;
    for (const ConfigProblem& problem : problems)
        text += fmt::format("{}{}{}", text.empty() ? "" : "; ",
                            problem.line == 0 ? "" : fmt::format("line {}: ", problem.line), problem.text);
    return text;
}

}    // namespace

FileConfig::FileConfig(std::filesystem::path path, bool strict) : path_{std::move(path)}, strict_{strict} {
    if (!path_.empty()) path_ = std::filesystem::absolute(path_);    // the daemon leaves this directory
    reload();
}

void FileConfig::reload() {
    if (path_.empty()) return;
    ParsedConfig parsed = parse_config(read_file(path_), settings_);
    for (const ConfigProblem& remark : parsed.remarks)
        log::info("{}: {}", place(path_, remark), remark.text);
    for (const ConfigProblem& problem : parsed.problems)
        log::warn("{}: {}", place(path_, problem), problem.text);
    if (!parsed.usable || (strict_ && !parsed.problems.empty()))
        fail(errors::bad_config, path_, "mistakes: {}; {}", parsed.problems.size(), summary(parsed.problems));
    file_ = std::move(parsed.config);
}

model::GuestSpec FileConfig::spec() const {
    model::GuestSpec spec = present().spec;
    spec.uuid = uuid_.text();
    for (model::Nic& nic : spec.nics)
        nic.mac = mac_of(nic, uuid_);
    return spec;
}

std::string FileConfig::get(const std::string& field) const {
    const auto value = value_of(spec(), field);
    if (!value) fail(errors::invalid_arguments, text::escaped(field, 40), "the fields are {}", single_keys());
    return *value;
}

void FileConfig::set(const std::string& field, const std::string& value) {
    get(field);
    ConfigFile changed = present();
    if (const auto complaint = set_key(changed, field, value); !complaint.empty())
        fail(errors::invalid_arguments, field, "{}", complaint);
    settings_[field] = value;
    file_ = std::move(changed);
}

const ConfigFile& FileConfig::present() const {
    if (!file_)
        fail(errors::bad_config, uuid_.text(), "there is no configuration file, so a start must bring its spec");
    return *file_;
}

}    // namespace xm::xenvm
