#include "xenmgr/manager/guest_words.hpp"

#include "base/log.hpp"
#include "xenmgr/config/vm_properties.hpp"
#include "xenmgr/life/background.hpp"

#include <utility>

namespace xm::xenmgr {
namespace asio = boost::asio;

using connect::GuestNews;

GuestWords::GuestWords(asio::any_io_executor executor, const Registry& registry, Lives& lives, connect::VmNodes& nodes)
    : executor_{std::move(executor)}, registry_{registry}, lives_{lives}, nodes_{nodes} {
    nodes_.follow_snapshots([this](const Uuid& vm) { snapshot_asked(vm); });
}

void GuestWords::guest_said(const Uuid& vm, GuestNews news) {
    if (!registry_.has(vm) || !lives_.running(vm)) return;
    switch (news) {
        case GuestNews::agent_started:
            return in_background(
                executor_, tell_monitor(vm, {{"installed", "true"}, {"version", registry_.host_facts().tools_version}}),
                "noting its agent", vm);
        case GuestNews::agent_uninstalled:
            return in_background(executor_, tell_monitor(vm, {{"installed", "false"}}), "noting its agent's end", vm);
        case GuestNews::xorg_running:
            return nodes_.xorg_running(vm);
    }
}

asio::awaitable<void> GuestWords::tell_monitor(Uuid vm, StringMap drivers) {
    co_await lives_.ask_monitor(vm, "pv-addons", std::move(drivers));
}

// The word stays in xenstore until its answer replaces it, and may be met again meanwhile.
void GuestWords::snapshot_asked(const Uuid& vm) {
    if (!registry_.has(vm) || !lives_.running(vm) || keeping_.contains(vm)) return;
    const auto view = registry_.view(vm);
    const auto file = std::get<std::string>(get(view, VmProperty::start_from_suspend_image));
    if (!is_service_vm(view.tree) || file.empty())
        return log::warn("vm={} asks for its memory to be kept, which is not configured", vm.text());
    keeping_.insert(vm);
    in_background(executor_, keep_memory(vm, file), "keeping its memory", vm);
}

asio::awaitable<void> GuestWords::keep_memory(Uuid vm, std::string file) {
    struct Turn {
        ~Turn() { all.erase(vm); }
        std::set<Uuid>& all;
        Uuid vm;
    };
    const Turn turn{keeping_, vm};
    co_await lives_.suspend_to_file(vm, file);
    nodes_.set_snapshot_state(vm, model::SnapshotState::kept);
    nodes_.set_snapshot_state(vm, model::SnapshotState::resuming);
    co_await lives_.resume_from_file(vm, std::move(file));
}

}    // namespace xm::xenmgr
