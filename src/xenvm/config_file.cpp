#include "xenvm/config_file.hpp"

#include "base/text.hpp"
#include "xenvm/config_display.hpp"
#include "xenvm/config_keys.hpp"

#include <fmt/format.h>

#include <map>

namespace xm::xenvm {
namespace {

using model::VirtType;

constexpr std::string_view firmware_loader = "hvmloader";    // once named as an hvm machine's kernel; it is implied

void set(ParsedConfig& parsed, int line, std::string_view key, std::string_view value) {
    const bool has_nul = key.find('\0') != key.npos || value.find('\0') != value.npos;
    const Complaint complaint = has_nul ? "contains NUL" : set_key(parsed.config, key, value);
    if (!complaint.empty()) parsed.problems.push_back({line, text::escaped(key, 40) + ": " + complaint});
    if (!complaint.empty() && key == "uuid") parsed.usable = false;    // not to take over somebody else's machine
    for (std::string& remark : parsed.config.remarks)
        parsed.remarks.push_back({line, text::escaped(key, 40) + ": " + std::move(remark)});
    parsed.config.remarks.clear();
}

using LastLines = std::map<std::string, int, std::less<>>;    // where a key was given last

void check_whole(ParsedConfig& parsed, const LastLines& lines) {
    const auto complain = [&](std::string_view key, std::string text) {
        const auto line = lines.find(key);
        parsed.problems.push_back({line == lines.end() ? 0 : line->second, std::move(text)});
    };
    const model::GuestSpec& spec = parsed.config.spec;
    const auto before = parsed.problems.size();
    if (spec.memory_mib <= 0) complain("memory", "memory is missing or not positive; give it in MiB");
    if (spec.memory_max_mib != 0 && spec.memory_max_mib < spec.memory_mib)
        complain("memory-max", fmt::format("memory-max is less than memory, which is {}", spec.memory_mib));
    if (spec.vcpus <= 0) complain("vcpus", "vcpus is not positive");
    if (spec.virt_type != VirtType::hvm && spec.kernel.empty())
        complain("kernel", "kernel is missing, only an hvm machine boots without one");
    if (parsed.problems.size() != before) parsed.usable = false;
}

// What depends on more than one line.
void complete(ParsedConfig& parsed) {
    model::GuestSpec& spec = parsed.config.spec;
    show_display(parsed.config);
    for (std::string& remark : parsed.config.remarks)
        parsed.remarks.push_back({0, std::move(remark)});
    if (spec.virt_type != VirtType::hvm) return;
    if (!spec.boot) spec.boot = "cd";
    if (spec.kernel.substr(spec.kernel.rfind('/') + 1) == firmware_loader) spec.kernel.clear();
}

ConfigFile defaults() {
    ConfigFile file;
    file.spec.on_reboot = model::DeathAction::reboot;
    file.spec.vkb = false;
    return file;
}

}    // namespace

ParsedConfig parse_config(std::string_view untrusted_text, const ConfigSettings& settings) {
    ParsedConfig parsed{.config = defaults(), .problems = {}, .remarks = {}};
    LastLines lines;
    int line_number = 0;
    for (const std::string_view raw : text::split(untrusted_text, '\n')) {
        ++line_number;
        const std::string_view line = text::trim(raw);
        const std::size_t equals = line.find('=');
        if (line.starts_with('#') || equals == line.npos) continue;
        const std::string_view key = text::trim(line.substr(0, equals));
        set(parsed, line_number, key, text::trim(line.substr(equals + 1)));
        lines[std::string{key}] = line_number;
    }
    for (const auto& [key, value] : settings)
        set(parsed, ++line_number, key, value);
    check_whole(parsed, lines);
    complete(parsed);
    return parsed;
}

}    // namespace xm::xenvm
