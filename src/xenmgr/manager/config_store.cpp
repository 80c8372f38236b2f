#include "xenmgr/manager/config_store.hpp"

#include "xenmgr/manager/snapshot.hpp"

#include <chrono>
#include <optional>

namespace xm::xenmgr {
namespace asio = boost::asio;
namespace {

constexpr auto config_quiet_time = std::chrono::milliseconds{500};

}    // namespace

ConfigStore::ConfigStore(asio::any_io_executor executor, connect::Database& database, Registry& registry,
                         Listener& listener, ChangeFollower& follower)
    : executor_{executor},
      database_{database},
      registry_{registry},
      listener_{listener},
      follower_{follower},
      all_turns_{executor},
      host_turns_{executor} {}

connect::Turns& ConfigStore::turns_of(const Uuid& vm) {
    auto& turns = turns_[vm];
    if (!turns) turns = std::make_unique<connect::Turns>(executor_);
    return *turns;
}

asio::awaitable<void> ConfigStore::change(Uuid vm, Scope scope, Decide decide) {
    std::optional<connect::Turns::Turn> everybodys;
    if (scope == Scope::all) everybodys.emplace(co_await all_turns_.take());
    registry_.tree(vm);
    const auto mine = co_await turns_of(vm).take();
    const VmChanges changes = decide(registry_.view(vm));
    for (const auto& change : changes)
        follower_.about_to_store(change);
    auto request = store_request(changes);
    if (!request.values.empty() || !request.removed.empty())
        co_await database_.write(std::move(request.values), std::move(request.removed));
    for (const auto& change : changes)
        apply(change);
}

asio::awaitable<void> ConfigStore::change_host(DecideHost decide) {
    const auto mine = co_await host_turns_.take();
    const Change change = decide(registry_.host_tree());
    auto request = store_request(change);
    if (!change.empty()) co_await database_.write(std::move(request.values), std::move(request.removed));
    registry_.edit_host_tree().apply(change);
    registry_.refresh_host();
    if (change.effects.config_changed) listener_.config_changed();
    if (change.effects.language_changed) listener_.language_changed();
    follower_.host_stored(change);
}

void ConfigStore::apply(const VmChange& change) {
    if (!registry_.has(change.vm)) return;    // deleted while this was being stored
    if (!change.change.empty()) {
        const auto before = snapshot(registry_.view(change.vm));
        registry_.edit(change.vm).apply(change.change);
        registry_.refresh_host();
        tell_differences(listener_, change.vm, before, snapshot(registry_.view(change.vm)));
    }
    announce(change.vm, change.change.effects);
    follower_.stored(change);
}

void ConfigStore::adopt(const Uuid& vm, ConfigTree tree) {
    if (registry_.tree(vm) == tree) return;
    const auto before = snapshot(registry_.view(vm));
    registry_.put(vm, std::move(tree));
    registry_.refresh_host();
    tell_differences(listener_, vm, before, snapshot(registry_.view(vm)));
    announce_config_later(vm);
}

void ConfigStore::adopt_host(ConfigTree tree) {
    if (registry_.host_tree() == tree) return;
    registry_.edit_host_tree() = std::move(tree);
    registry_.refresh_host();
    listener_.config_changed();
}

void ConfigStore::forget(const Uuid& vm) {
    quiet_.erase(vm);
    if (const auto at = turns_.find(vm); at != turns_.end() && at->second->idle()) turns_.erase(at);
}

void ConfigStore::announce(const Uuid& vm, const Effects& effects) {
    if (effects.name_changed) listener_.vm_name_changed(vm);
    if (effects.transfer_changed) listener_.vm_transfer_changed(vm);
    if (effects.config_changed) announce_config_later(vm);
}

// Half a second after the last change.
void ConfigStore::announce_config_later(const Uuid& vm) {
    auto& timer = quiet_.try_emplace(vm, executor_).first->second;
    timer.expires_after(config_quiet_time);
    timer.async_wait([this, vm](const boost::system::error_code& error) {
        if (error) return;
        quiet_.erase(vm);
        listener_.vm_config_changed(vm);
    });
}

}    // namespace xm::xenmgr
