#include "xenmgr/config/change.hpp"

#include <utility>

namespace xm::xenmgr {

Effects& Effects::operator|=(const Effects& other) {
    config_changed |= other.config_changed;
    name_changed |= other.name_changed;
    transfer_changed |= other.transfer_changed;
    switcher_changed |= other.switcher_changed;
    rpc_rules_changed |= other.rpc_rules_changed;
    slot_changed |= other.slot_changed;
    cd_changed |= other.cd_changed;
    network_changed |= other.network_changed;
    language_changed |= other.language_changed;
    autolock_changed |= other.autolock_changed;
    return *this;
}

Change& Change::write(std::string key, std::string_view value) {
    writes.insert_or_assign(std::move(key), std::string{value});
    return *this;
}

Change& Change::remove(std::string key) {
    removals.push_back(std::move(key));
    return *this;
}

Change& Change::operator+=(Change other) {
    for (auto& key : other.removals)
        removals.push_back(std::move(key));
    for (auto& [key, value] : other.writes)
        writes.insert_or_assign(key, std::move(value));
    effects |= other.effects;
    return *this;
}

namespace {

void add(StoreRequest& request, const std::string& prefix, const Change& change) {
    for (const auto& key : change.removals)
        request.removed.push_back(prefix + key);
    for (const auto& [key, value] : change.writes)
        request.values.insert_or_assign(prefix + key, value);
}

}    // namespace

StoreRequest store_request(const VmChanges& changes) {
    StoreRequest request;
    for (const auto& [vm, change] : changes)
        add(request, "/vm/" + vm.text() + "/", change);
    return request;
}

StoreRequest store_request(const Change& host_change) {
    StoreRequest request;
    add(request, "/", host_change);
    return request;
}

}    // namespace xm::xenmgr
