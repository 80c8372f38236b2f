#include "xenmgr/manager/database_follower.hpp"

#include "base/log.hpp"
#include "xenmgr/config/json_tree.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>

namespace xm::xenmgr {
namespace asio = boost::asio;
namespace {

constexpr std::string_view vm_root = "/vm/";
constexpr std::string_view domstore_root = "/dom-store";
constexpr std::size_t uuid_length = 36;

}    // namespace

void DatabaseFollower::on_database_changed(const StringList& paths) {
    for (const auto& path : paths)
        note(path);
    look();
}

void DatabaseFollower::on_database_restarted() {
    everything_noted_ = true;
    look();
}

void DatabaseFollower::note(std::string_view path) {
    if (path.starts_with(vm_root)) {
        if (const auto vm = Uuid::parse(path.substr(vm_root.size(), uuid_length))) noted_.insert(*vm);
    } else if (path == "/" || path == "/vm" || path.empty()) {
        everything_noted_ = true;
    } else if (!path.starts_with(domstore_root)) {
        host_noted_ = true;
    }
}

void DatabaseFollower::look() {
    if (looking_) return;
    looking_ = true;
    asio::co_spawn(executor_, look_at_all_noted(), [this](const std::exception_ptr& thrown) {
        looking_ = false;
        if (thrown) try {
                std::rethrow_exception(thrown);
            } catch (const std::exception& e) {
                log::warn("database not read again error=\"{}\"", e.what());
            }
    });
}

asio::awaitable<void> DatabaseFollower::look_at_all_noted() {
    while (everything_noted_ || host_noted_ || !noted_.empty()) {
        if (everything_noted_) {
            everything_noted_ = host_noted_ = false;
            noted_.clear();
            co_await look_at_everything();
        } else if (host_noted_) {
            host_noted_ = false;
            co_await look_at_host();
        } else {
            const Uuid vm = *noted_.begin();
            noted_.erase(noted_.begin());
            co_await look_at(vm);
        }
    }
}

asio::awaitable<void> DatabaseFollower::look_at(Uuid vm) {
    const auto making = co_await making_.take();
    const auto turn = co_await store_.turn_of(vm);
    const auto json = co_await database_.dump("/vm/" + vm.text());
    if (json.starts_with("null")) co_return compare(vm, std::nullopt);
    compare(vm, load_tree(json));
}

asio::awaitable<void> DatabaseFollower::look_at_everything() {
    const auto making = co_await making_.take();
    auto stored = load_store(co_await database_.dump("/"));
    store_.adopt_host(std::move(stored.host));
    for (const auto& vm : registry_.uuids())
        if (!stored.vms.contains(vm)) compare(vm, std::nullopt);
    for (auto& [vm, tree] : stored.vms)
        compare(vm, std::move(tree));
}

asio::awaitable<void> DatabaseFollower::look_at_host() {
    auto stored = load_store(co_await database_.dump("/"));
    store_.adopt_host(std::move(stored.host));
}

void DatabaseFollower::compare(const Uuid& vm, std::optional<ConfigTree> stored) {
    const bool known = registry_.has(vm);
    if (!stored) {
        if (known) found_.lost_vm(vm);
    } else if (known) {
        store_.adopt(vm, std::move(*stored));
    } else {
        found_.unknown_vm(vm, std::move(*stored));
    }
}

}    // namespace xm::xenmgr
