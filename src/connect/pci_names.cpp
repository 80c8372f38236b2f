#include "connect/pci_names.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace xm::connect {
namespace {

// What follows `prefix` and the id on a line of their own; empty if there is none.
std::string_view named(std::string_view list, std::string_view prefix, std::uint16_t id) {
    const auto start = fmt::format("\n{}{:04x}  ", prefix, id);
    const auto at = list.find(start);
    if (at == std::string_view::npos) return {};
    const auto name = list.substr(at + start.size());
    return text::trim(name.substr(0, name.find('\n')));
}

// The vendor's own part: up to the next line that begins with neither a tab nor a comment.
std::string_view devices_below(std::string_view list, std::string_view vendor) {
    const auto begin = static_cast<std::size_t>(vendor.data() - list.data()) + vendor.size();
    auto end = list.find('\n', begin);
    while (end != std::string_view::npos && end + 1 < list.size() && (list[end + 1] == '\t' || list[end + 1] == '#'))
        end = list.find('\n', end + 1);
    return list.substr(begin, end == std::string_view::npos ? end : end - begin);
}

}    // namespace

std::string pci_name(std::string_view list, std::uint16_t vendor, std::uint16_t device) {
    const auto maker = named(list, "", vendor);
    const auto model = maker.empty() ? maker : named(devices_below(list, maker), "\t", device);
    if (model.empty()) return fmt::format("Unknown device ({:04x}:{:04x})", vendor, device);
    return fmt::format("{} {}", maker, model);
}

}    // namespace xm::connect
