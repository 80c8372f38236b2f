#include "rpcproxy/bus_names.hpp"

#include <algorithm>
#include <iterator>

namespace xm::rpcproxy {

std::span<const std::string_view> BusNames::of(std::string_view unique) const {
    const auto at = names_.find(unique);
    if (at == names_.end()) return {};
    return at->second;
}

std::string_view BusNames::owner(std::string_view name) const {
    const auto at = owners_.find(name);
    return at == owners_.end() ? std::string_view{} : at->second;
}

bool BusNames::other_proxies() const {
    constexpr std::string_view prefix = "com.citrix.xenclient.rpc_proxy.p";    // each owns one such name
    const auto first = owners_.lower_bound(prefix);
    return first != owners_.end() && first->first.starts_with(prefix) && std::next(first) != owners_.end() &&
           std::next(first)->first.starts_with(prefix);
}

void BusNames::set(std::string_view name, std::string_view owner) {
    if (const auto at = owners_.find(name); at != owners_.end()) {
        drop(at->first, at->second);
        owners_.erase(at);
    }
    if (owner.empty()) return;
    const auto [at, added] = owners_.emplace(name, owner);
    names_[at->second].push_back(at->first);
}

void BusNames::drop(const std::string& name, const std::string& owner) {
    const auto at = names_.find(owner);
    if (at == names_.end()) return;
    std::erase(at->second, name);
    if (at->second.empty()) names_.erase(at);
}

void BusNames::clear() {
    names_.clear();
    owners_.clear();
}

}    // namespace xm::rpcproxy
