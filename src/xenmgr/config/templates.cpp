#include "xenmgr/config/templates.hpp"

#include "base/failure.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/json_tree.hpp"
#include "xenmgr/config/vm_view.hpp"

#include <algorithm>
#include <system_error>

namespace xm::xenmgr {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view service_prefix = "service-";
constexpr std::string_view child_prefix = "child-";
constexpr std::size_t largest_template = std::size_t{1} << 20;

}    // namespace

bool is_template_name(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    };
    return !name.empty() && name.front() != '.' && std::ranges::all_of(name, allowed);
}

std::string read_flavour(const fs::path& file) {
    if (!fs::exists(file)) return "default";
    const auto content = files::read(file);
    std::string flavour{text::trim(std::string_view{content}.substr(0, content.find('\n')))};
    if (!is_template_name(flavour))
        fail(errors::bad_template, file.string(), "'{}' is no flavour", text::escaped(flavour));
    return flavour;
}

ConfigTree Templates::load(std::string_view untrusted_name) const {
    const auto unknown = [&] { return text::escaped(untrusted_name); };
    if (!is_template_name(untrusted_name)) fail(errors::no_such_template, unknown(), "it is no plain name");
    const auto file = folder_ / untrusted_name;
    if (!fs::is_regular_file(file)) fail(errors::no_such_template, unknown(), "there is no file {}", file.string());
    try {
        return parse_tree(files::read(file, largest_template), errors::bad_template, file.string());
    } catch (const std::system_error& error) {
        fail(errors::bad_template, file.string(), "{}", error.what());
    }
}

ConfigTree Templates::load_child(std::string_view untrusted_tag) const {
    return load(std::string{child_prefix} + std::string{untrusted_tag});
}

StringList Templates::names() const {
    StringList names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator{folder_, error})
        if (auto name = entry.path().filename().string(); is_template_name(name)) names.push_back(std::move(name));
    std::ranges::sort(names);
    return names;
}

StringList Templates::list() const {
    auto found = names();
    std::erase_if(found, [](const std::string& name) {
        return name.starts_with(service_prefix) || name.starts_with(child_prefix);
    });
    return found;
}

std::vector<StringMap> Templates::list_ui() const {
    std::vector<StringMap> found;
    for (const auto& name : list()) {
        const auto tree = load(name);
        if (!flag(tree, "ui-selectable")) continue;
        found.push_back({{"template", name}, {"description", std::string{tree.get_or("description", "")}}});
    }
    return found;
}

StringList Templates::tags(std::string_view prefix) const {
    StringList tags;
    for (const auto& name : names())
        if (name.starts_with(prefix) && name.size() > prefix.size()) tags.push_back(name.substr(prefix.size()));
    return tags;
}

StringList Templates::child_tags() const { return tags(child_prefix); }
StringList Templates::service_tags() const { return tags(service_prefix); }

}    // namespace xm::xenmgr
