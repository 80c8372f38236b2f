#pragma once
// Templates of VMs: one JSON object per file, whose members mirror a VM's node in the database. The name of a file
// says what it is for: service-<tag> (a service VM, configured at every start), child-<tag> (a helper VM made for a
// parent), anything else is offered for new VMs. Files are read when they are asked for, so that edits count at once.

#include "base/value.hpp"
#include "xenmgr/config/config_tree.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xenmgr {

// First line of the file (/etc/xenclient.flavour), "default" if there is none. Throws bad_template for a flavour that
// is no plain name.
std::string read_flavour(const std::filesystem::path& file);

class Templates {
public:
    explicit Templates(std::filesystem::path folder) : folder_{std::move(folder)} {}    // <data>/templates/<flavour>

    // Throws no_such_template (also for names that are no plain names) and bad_template.
    ConfigTree load(std::string_view untrusted_name) const;
    ConfigTree load_child(std::string_view untrusted_tag) const;

    StringList list() const;                   // for new VMs, sorted
    std::vector<StringMap> list_ui() const;    // template, description: of those with ui-selectable
    StringList child_tags() const;
    StringList service_tags() const;

private:
    StringList names() const;
    StringList tags(std::string_view prefix) const;

    std::filesystem::path folder_;
};

// Letters, digits, dot, underscore, hyphen; no leading dot.
bool is_template_name(std::string_view name);

}    // namespace xm::xenmgr
