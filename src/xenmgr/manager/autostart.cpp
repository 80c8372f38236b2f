#include "xenmgr/manager/autostart.hpp"

#include "base/files.hpp"
#include "base/log.hpp"
#include "xenmgr/config/vm_properties.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <tuple>

namespace xm::xenmgr {
namespace asio = boost::asio;
namespace {

struct Candidate {
    int priority;
    int slot;
    Uuid vm;
};

asio::awaitable<void> start_logged(Manager& manager, Uuid vm) try {
    co_await manager.lives().start(vm);
} catch (const std::exception& e) {
    log::warn("vm={} not started at boot: {}", vm.text(), e.what());
}

}    // namespace

std::vector<Uuid> plan_autostart(const Registry& registry) {
    if (!flag(registry.host_tree(), "xenmgr/autostart", true)) return {};
    std::vector<Candidate> candidates;
    for (const auto& uuid : registry.uuids()) {
        const auto vm = registry.view(uuid);
        if (!std::get<bool>(get(vm, VmProperty::start_on_boot)) || !std::get<bool>(get(vm, VmProperty::ready)))
            continue;
        candidates.push_back({std::get<std::int32_t>(get(vm, VmProperty::start_on_boot_priority)),
                              std::get<std::int32_t>(get(vm, VmProperty::slot)), uuid});
    }
    std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        return std::tuple{-a.priority, a.slot} < std::tuple{-b.priority, b.slot};
    });
    std::vector<Uuid> order;
    for (const auto& one : candidates)
        order.push_back(one.vm);
    return order;
}

bool first_since_boot(const std::filesystem::path& run_dir) {
    const auto mark = run_dir / "autostart-done";
    if (std::filesystem::exists(mark)) return false;
    std::filesystem::create_directories(run_dir);
    files::replace(mark, "");
    return true;
}

asio::awaitable<void> autostart(Manager& manager) {
    asio::steady_timer pause{co_await asio::this_coro::executor};
    for (const auto& vm : plan_autostart(manager.registry())) {
        if (!manager.registry().has(vm) || manager.lives().running(vm)) continue;
        co_await start_logged(manager, vm);
        const int seconds = number(manager.registry().host_tree(), "xenmgr/svm-autostart-delay");
        if (seconds <= 0) continue;
        pause.expires_after(std::chrono::seconds{seconds});
        co_await pause.async_wait(asio::use_awaitable);
    }
}

}    // namespace xm::xenmgr
