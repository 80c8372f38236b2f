#include "xenmgr/config/vm_view.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace xm::xenmgr {

std::string vm_path(Uuid vm) { return "/vm/" + vm.path_form(); }
std::string disk_path(Uuid vm, int id) { return fmt::format("{}/disk/{}", vm_path(vm), id); }
std::string nic_path(Uuid vm, int id) { return fmt::format("{}/nic/{}", vm_path(vm), id); }

bool is_service_vm(const ConfigTree& tree) {
    const auto type = tree.get_or("type", "svm");
    return type != "svm" && type != "pvm";
}

bool flag(const ConfigTree& tree, std::string_view key, bool fallback) {
    return text::parse_bool(tree.get_or(key, "")).value_or(fallback);
}

int number(const ConfigTree& tree, std::string_view key, int fallback) {
    return text::parse_number<int>(tree.get_or(key, "")).value_or(fallback);
}

}    // namespace xm::xenmgr
