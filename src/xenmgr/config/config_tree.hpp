#pragma once
// The stored configuration of one VM (or of the host): a compact map from key ("config/disk/0/path") to text.
// It mirrors a subtree of the configuration database; keys are relative to that subtree, without leading slash.
// Keys and values are shared texts, so an entry costs eight bytes. Nothing here stores: the manager makes a Change
// durable first and applies it then.

#include "xenmgr/config/change.hpp"
#include "xenmgr/config/shared_text.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace xm::xenmgr {

class ConfigTree {
public:
    struct Entry {
        SharedText key;
        SharedText value;
        bool operator==(const Entry&) const = default;
    };

    ConfigTree() = default;
    explicit ConfigTree(std::vector<Entry> entries);    // in any order; of equal keys the last one counts

    // Views stay valid until this key is set or erased.
    std::optional<std::string_view> get(std::string_view key) const;
    std::string_view get_or(std::string_view key, std::string_view fallback) const;
    bool has(std::string_view key) const { return get(key).has_value(); }
    bool has_below(std::string_view key) const { return !below(key).empty(); }

    // A leaf has nothing below it: setting a key drops what was stored below and the leaves above it.
    void set(std::string_view key, std::string_view value);
    void erase_subtree(std::string_view key);    // the key itself and everything below it
    void apply(const Change& change);
    void overlay(const ConfigTree& over);    // key by key; where leaf and subtree meet, `over` wins

    // Names of the direct children: numbers first, in numeric order, then texts in byte order.
    std::vector<std::string_view> children(std::string_view key) const;
    std::vector<int> ids(std::string_view key) const;               // those that are numbers >= 0, ascending
    std::vector<std::string> list(std::string_view key) const;      // values of the children, in that order
    ConfigTree subtree(std::string_view key) const;                 // with keys relative to `key`
    std::span<const Entry> below(std::string_view key) const;       // entries below `key`, without itself
    std::span<const Entry> entries() const& { return entries_; }    // sorted by key
    std::span<const Entry> entries() const&& = delete;              // the tree would be gone before the span
    std::size_t size() const { return entries_.size(); }

    bool operator==(const ConfigTree&) const = default;

private:
    std::vector<Entry>::iterator lower_bound(std::string_view key);
    void erase_leaves_above(std::string_view key);

    std::vector<Entry> entries_;
};

// "config/disk" + id 3 + "path" -> "config/disk/3/path"
std::string join(std::string_view parent, std::string_view child);
std::string join(std::string_view parent, int child);
std::string join(std::string_view parent, int id, std::string_view child);

int next_id(const ConfigTree& tree, std::string_view key, int first = 0);    // highest + 1, or first

}    // namespace xm::xenmgr
