#include "expose/paths.hpp"

#include "base/text.hpp"

namespace xm::expose {
namespace {

constexpr std::string_view vm_prefix = "/vm/";
constexpr std::size_t uuid_length = 36;

}    // namespace

std::optional<Uuid> parse_vm_path(std::string_view path) {
    if (!path.starts_with(vm_prefix)) return std::nullopt;
    return Uuid::parse_path_form(path.substr(vm_prefix.size()));
}

std::optional<DevicePath> parse_device_path(std::string_view path, std::string_view kind) {
    const auto vm = parse_vm_path(path.substr(0, vm_prefix.size() + uuid_length));
    if (!vm) return std::nullopt;
    const auto parts = text::split(path.substr(vm_prefix.size() + uuid_length), '/');
    if (parts.size() != 3 || !parts[0].empty() || parts[1] != kind) return std::nullopt;
    const auto id = text::parse_number<int>(parts[2]);
    if (!id || *id < 0 || std::to_string(*id) != parts[2]) return std::nullopt;
    return DevicePath{*vm, *id};
}

}    // namespace xm::expose
