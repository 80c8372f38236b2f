#pragma once
// What one peer holds on the bus, by what it has asked for: calls on their way count, and what was never held cannot be
// given back.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcproxy {

class Holdings {
public:
    std::size_t size() const { return held_.size(); }
    bool has(std::string_view thing) const { return std::ranges::find(held_, thing) != held_.end(); }
    void add(std::string_view thing) { held_.emplace_back(thing); }

    // One of those that are equal, if there is one.
    void remove(std::string_view thing) {
        if (const auto at = std::ranges::find(held_, thing); at != held_.end()) held_.erase(at);
    }

private:
    std::vector<std::string> held_;
};

}    // namespace xm::rpcproxy
