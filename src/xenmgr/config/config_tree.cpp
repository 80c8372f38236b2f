#include "xenmgr/config/config_tree.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace xm::xenmgr {
namespace {

struct Less {
    bool operator()(const ConfigTree::Entry& entry, std::string_view key) const { return entry.key.view() < key; }
    bool operator()(const ConfigTree::Entry& a, const ConfigTree::Entry& b) const {
        return a.key.view() < b.key.view();
    }
};

bool is_below(std::string_view key, std::string_view parent) {
    return parent.empty() || (key.size() > parent.size() && key.starts_with(parent) && key[parent.size()] == '/');
}

// Children of one node, compared as people count: 2 before 10, numbers before words.
bool counts_before(std::string_view a, std::string_view b) {
    const auto x = text::parse_number<unsigned long long>(a);
    const auto y = text::parse_number<unsigned long long>(b);
    if (x && y && *x != *y) return *x < *y;
    if (x.has_value() != y.has_value()) return x.has_value();
    return a < b;
}

}    // namespace

ConfigTree::ConfigTree(std::vector<Entry> entries) : entries_{std::move(entries)} {
    std::stable_sort(entries_.begin(), entries_.end(), Less{});
    const auto same_key = [](const Entry& a, const Entry& b) { return a.key == b.key; };
    const auto kept = std::unique(entries_.rbegin(), entries_.rend(), same_key).base();
    entries_.erase(entries_.begin(), kept);
    entries_.shrink_to_fit();
}

std::vector<ConfigTree::Entry>::iterator ConfigTree::lower_bound(std::string_view key) {
    return std::lower_bound(entries_.begin(), entries_.end(), key, Less{});
}

std::optional<std::string_view> ConfigTree::get(std::string_view key) const {
    const auto at = std::lower_bound(entries_.begin(), entries_.end(), key, Less{});
    if (at == entries_.end() || at->key.view() != key) return std::nullopt;
    return at->value.view();
}

std::string_view ConfigTree::get_or(std::string_view key, std::string_view fallback) const {
    return get(key).value_or(fallback);
}

std::span<const ConfigTree::Entry> ConfigTree::below(std::string_view key) const {
    if (key.empty()) return entries_;
    const std::string prefix = std::string{key} + '/';
    const auto first = std::lower_bound(entries_.begin(), entries_.end(), prefix, Less{});
    const auto last =
        std::find_if(first, entries_.end(), [&](const Entry& e) { return !e.key.view().starts_with(prefix); });
    return {first, last};
}

void ConfigTree::erase_leaves_above(std::string_view key) {
    for (auto slash = key.find('/'); slash != std::string_view::npos; slash = key.find('/', slash + 1)) {
        const auto at = lower_bound(key.substr(0, slash));
        if (at != entries_.end() && at->key.view() == key.substr(0, slash)) entries_.erase(at);
    }
}

void ConfigTree::set(std::string_view key, std::string_view value) {
    const auto at = lower_bound(key);
    if (at != entries_.end() && at->key.view() == key) {
        at->value = SharedText{value};
        return;
    }
    erase_leaves_above(key);
    erase_subtree(key);
    entries_.insert(lower_bound(key), Entry{SharedText{key}, SharedText{value}});
}

void ConfigTree::erase_subtree(std::string_view key) {
    std::erase_if(entries_, [&](const Entry& e) { return e.key.view() == key || is_below(e.key.view(), key); });
}

void ConfigTree::apply(const Change& change) {
    for (const auto& key : change.removals)
        erase_subtree(key);
    for (const auto& [key, value] : change.writes)
        set(key, value);
    if (entries_.capacity() > entries_.size() + 8) entries_.shrink_to_fit();
}

void ConfigTree::overlay(const ConfigTree& over) {
    for (const auto& [key, value] : over.entries_)
        set(key.view(), value.view());
}

std::vector<std::string_view> ConfigTree::children(std::string_view key) const {
    std::vector<std::string_view> names;
    const auto start = key.empty() ? 0 : key.size() + 1;
    for (const auto& entry : below(key)) {
        const auto rest = entry.key.view().substr(start);
        const auto name = rest.substr(0, rest.find('/'));
        if (names.empty() || names.back() != name) names.push_back(name);
    }
    std::sort(names.begin(), names.end(), counts_before);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

std::vector<int> ConfigTree::ids(std::string_view key) const {
    std::vector<int> ids;
    for (const auto name : children(key))
        if (const auto id = text::parse_number<int>(name); id && *id >= 0 && name == std::to_string(*id))
            ids.push_back(*id);
    return ids;
}

std::vector<std::string> ConfigTree::list(std::string_view key) const {
    std::vector<std::string> values;
    for (const auto name : children(key))
        if (const auto value = get(join(key, name))) values.emplace_back(*value);
    return values;
}

ConfigTree ConfigTree::subtree(std::string_view key) const {
    std::vector<Entry> part;
    for (const auto& [name, value] : below(key))
        part.push_back({SharedText{name.view().substr(key.size() + 1)}, value});
    return ConfigTree{std::move(part)};
}

std::string join(std::string_view parent, std::string_view child) { return fmt::format("{}/{}", parent, child); }
std::string join(std::string_view parent, int child) { return fmt::format("{}/{}", parent, child); }
std::string join(std::string_view parent, int id, std::string_view child) {
    return fmt::format("{}/{}/{}", parent, id, child);
}

int next_id(const ConfigTree& tree, std::string_view key, int first) {
    const auto ids = tree.ids(key);
    return ids.empty() ? first : std::max(first, ids.back() + 1);
}

}    // namespace xm::xenmgr
