#include "xenmgr/manager/vm_maker.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/json_tree.hpp"
#include "xenmgr/config/vm_properties.hpp"
#include "xenmgr/manager/snapshot.hpp"

#include <map>

namespace xm::xenmgr {
namespace asio = boost::asio;

void VmMaker::require_allowed(const char* key, const char* what) const {
    if (flag(parts_.registry.host_tree(), key))
        fail(errors::action_forbidden_by_policy, what, "the host's policy forbids it");
}

asio::awaitable<void> VmMaker::store(const Uuid& vm, const ConfigTree& tree) {
    co_await parts_.database.inject("/vm/" + vm.text(), to_json(tree));
    parts_.registry.put(vm, tree);
    parts_.registry.refresh_host();
}

asio::awaitable<Uuid> VmMaker::create(std::string template_name, CreateRequest request) {
    if (request.reach == Reach::restricted) require_allowed("vm-create-disallowed", "creation of a VM");
    Uuid uuid;
    {
        const auto mine = co_await turns_.take();
        const bool blank = text::trim(template_name).empty();
        const auto made = plan_create(blank ? ConfigTree{} : templates_.load(template_name), request, parts_.registry);
        uuid = made.uuid;
        co_await store(uuid, made.tree);
        parts_.lives.add(uuid);
        tell_appeared(parts_.listener, uuid, made.tree);
    }
    log::info("vm={} created template={}", uuid.text(), text::escaped(template_name));
    const auto hook = std::get<std::string>(get(parts_.registry.view(uuid), VmProperty::run_post_create));
    co_await connect::run_hooks_of(uuid, parts_.hooks, hook, limits_.hook);
    parts_.listener.vm_created(uuid);
    co_return uuid;
}

asio::awaitable<Uuid> VmMaker::create_child(Uuid parent, std::string child_tag) {
    require_allowed("vm-create-disallowed", "creation of a VM");
    const auto mine = co_await turns_.take();
    const auto made = plan_create_child(templates_.load_child(child_tag), parts_.registry.view(parent));
    const auto uuid = made.child.uuid;
    co_await store(uuid, made.child.tree);
    if (made.new_parent) co_await store(parent, *made.new_parent);
    parts_.lives.add(uuid);
    tell_appeared(parts_.listener, uuid, made.child.tree);
    parts_.listener.vm_created(uuid);
    co_return uuid;
}

asio::awaitable<void> VmMaker::remove(Uuid vm, Reach reach) {
    if (reach == Reach::restricted) require_allowed("vm-delete-disallowed", "deletion of a VM");
    co_await parts_.lives.erase(vm);
}

asio::awaitable<void> VmMaker::configure_service_vms() {
    std::map<std::string, ConfigTree> by_tag;
    for (const auto& tag : templates_.service_tags())
        by_tag.emplace(tag, templates_.load("service-" + tag));
    const auto planned = plan_service_vms(by_tag, parts_.registry.host_tree(), parts_.registry);
    for (const auto& service : planned) {
        if (!service.write) continue;
        const auto* known = parts_.registry.find(service.uuid);
        if (known != nullptr && *known == *service.write) continue;
        log::info("vm={} service={} configured from its template", service.uuid.text(), service.tag);
        co_await store(service.uuid, *service.write);
    }
}

}    // namespace xm::xenmgr
