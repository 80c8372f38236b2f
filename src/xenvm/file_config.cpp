#include "xenvm/file_config.hpp"

#include "base/failure.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "gen/errors.hpp"

#include <system_error>

namespace xm::xenvm {
namespace {

constexpr std::size_t largest_config = std::size_t{1} << 20;

std::string read_file(const std::filesystem::path& path) try {
    return files::read(path, largest_config);
} catch (const std::system_error& error) {
    fail(errors::bad_config, path, "{}", error.what());
}

}    // namespace

FileConfig::FileConfig(std::filesystem::path path, bool strict) : path_{std::move(path)}, strict_{strict} {
    if (!path_.empty()) path_ = std::filesystem::absolute(path_);    // the daemon leaves this directory
    reload();
}

void FileConfig::reload() {
    if (path_.empty()) return;
    ParsedConfig parsed = parse_config(read_file(path_));
    for (const ConfigProblem& problem : parsed.problems)
        log::warn("{}:{}: {}", path_.string(), problem.line, problem.text);
    if (strict_ && !parsed.problems.empty())
        fail(errors::bad_config, path_, "{} mistakes, the first in line {}: {}", parsed.problems.size(),
             parsed.problems.front().line, parsed.problems.front().text);
    file_ = std::move(parsed.config);
}

model::GuestSpec FileConfig::spec() const {
    if (!file_) fail(errors::bad_config, uuid_, "there is no configuration file, so a start must bring its spec");
    model::GuestSpec spec = file_->spec;
    spec.uuid = uuid_;
    return spec;
}

}    // namespace xm::xenvm
