#include "bus/news.hpp"

#include <algorithm>

namespace xm::bus {
namespace {

const std::string& path_of(const Item& item) {
    return std::visit([](const auto& news) -> const std::string& { return news.path; }, item);
}

}    // namespace

bool News::was_added(std::string_view path) const {
    return std::any_of(items_.begin(), items_.end(),
                       [&](const Item& item) { return std::holds_alternative<Added>(item) && path_of(item) == path; });
}

void News::property_changed(std::string_view path, const Interface& interface, std::size_t property) {
    if (was_added(path)) return;    // its addition will show the newest values
    for (auto& item : items_) {
        auto* changed = std::get_if<Changed>(&item);
        if (changed == nullptr || changed->path != path || changed->interface != &interface) continue;
        auto& known = changed->properties;
        if (std::find(known.begin(), known.end(), property) == known.end()) known.push_back(property);
        return;
    }
    items_.emplace_back(Changed{std::string{path}, &interface, {property}});
}

void News::added(std::string_view path) { items_.emplace_back(Added{std::string{path}}); }

void News::removed(std::string_view path, const Family& family) {
    const bool unseen = was_added(path);
    std::erase_if(items_,
                  [&](const Item& item) { return path_of(item) == path && !std::holds_alternative<Removed>(item); });
    if (!unseen) items_.emplace_back(Removed{std::string{path}, &family});
}

}    // namespace xm::bus
