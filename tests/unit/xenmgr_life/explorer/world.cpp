#include "world.hpp"

#include "gen/errors.hpp"

#include <algorithm>

namespace xm::xenmgr::explorer {

using model::DownReason;
using model::VmState;

int World::send(std::string what) {
    requests.push_back({.id = ++last_id, .what = std::move(what), .monitor = monitor ? facts.pid : 0});
    return last_id;
}

bool World::may_advance(const Request& request) const {
    const auto is_launch = [](const Request& r) { return r.what == "launch" || r.what == "adopt"; };
    if (is_launch(request) || request.phase != 0) return true;
    for (const Request& earlier : requests) {
        if (earlier.id == request.id) return true;
        if (!is_launch(earlier) && earlier.phase == 0) return false;
    }
    return true;
}

Answer World::take(int id, const ErrorInfo* error) {
    const auto found = std::ranges::find(requests, id, &Request::id);
    const Answer answer{.request = id, .error = error, .awaited = found->awaited};
    requests.erase(found);
    return answer;
}

std::optional<Answer> World::advance(int id) {
    bool done = true;
    const ErrorInfo* error = serve(*std::ranges::find(requests, id, &Request::id), done);
    if (!done) return std::nullopt;
    return take(id, error);
}

std::optional<Answer> World::refuse(int id) {
    enter(VmState::running);
    return take(id, &errors::vm_did_not_shutdown);
}

const ErrorInfo* World::serve(Request& request, bool& done) {
    const std::string& what = request.what;
    if (what == "launch" || what == "adopt") return start_monitor(request);
    if (!monitor || request.monitor != facts.pid) return &errors::monitor_unreachable;
    if (what == "attach" && request.awaited) {
        attached = true;
        news.clear();
    }
    if (what == "start") return build(request, done);
    if (what == "destroy") destroy();
    if (what == "shutdown") return end_guest(request, done, VmState::shutdowning, DownReason::halt);
    if (what == "restart") return end_guest(request, done, VmState::rebooting, DownReason::reboot);
    if (what == "pause") {
        if (domain != Domain::running) return &errors::vm_bad_state;
        domain = Domain::paused;
        enter(VmState::paused);
    }
    if (what == "unpause" && domain != Domain::none) {
        domain = Domain::running;
        enter(VmState::running);
    }
    if (what == "quit") monitor = socket = attached = false;
    return nullptr;
}

const ErrorInfo* World::start_monitor(const Request& request) {
    const bool adopts = request.what == "adopt";
    if (monitor) return &errors::monitor_exists;
    if (!adopts && domain != Domain::none) return &errors::domain_exists;
    constexpr VmState states[] = {VmState::shutdown, VmState::creating_devices, VmState::created, VmState::running,
                                  VmState::paused};
    monitor = socket = true;
    attached = request.awaited;
    news.clear();
    facts.pid = ++last_pid;
    facts.state = states[static_cast<int>(domain)];
    facts.domid = domid;
    facts.acpi = domain == Domain::none ? 5 : 0;
    facts.generation = domain == Domain::none ? 0 : std::max<std::int64_t>(facts.generation, 1);
    facts.reason = DownReason::none;
    return nullptr;
}

const ErrorInfo* World::build(Request& request, bool& done) {
    if (request.phase == 0) {
        const bool taken = domain != Domain::none || model::is_running(facts.state);
        if (taken) return &errors::vm_already_created;
        enter(VmState::creating_domain);
    } else if (request.phase == 1) {
        domain = Domain::building;
        domid = facts.domid = request.domid = ++last_domid;
        facts.acpi = 0;
        facts.reason = DownReason::none;
        ++facts.generation;
        ++domains_made;
        enter(VmState::creating_devices);
    } else {
        if (domid != request.domid) return &errors::operation_cancelled;
        domain = Domain::created;
        enter(VmState::created);
        return nullptr;
    }
    ++request.phase;
    done = false;
    return nullptr;
}

const ErrorInfo* World::end_guest(Request& request, bool& done, VmState on_the_way, DownReason reason) {
    if (request.phase == 0) {
        if (domain != Domain::running) return &errors::vm_bad_state;
        enter(on_the_way);
        request.domid = domid;
        ++request.phase;
        done = false;
        return nullptr;
    }
    if (domain == Domain::none || domid != request.domid) return &errors::vm_shutdown_wrong_reason;
    guest_ends(reason);
    return nullptr;
}

// Also what ends a start in progress: its request is answered by the next move as refused.
void World::destroy() {
    domain = Domain::none;
    domid = facts.domid = -1;
    facts.acpi = 5;
    facts.reason = DownReason::halt;
    for (Request& request : requests)
        if (request.what == "start" && request.phase > 0) request.what = "start, cancelled";
    if (facts.state != VmState::shutdown) enter(VmState::shutdown);
}

void World::guest_ends(DownReason reason) {
    domain = Domain::none;
    domid = facts.domid = -1;
    facts.acpi = 5;
    facts.reason = reason;
    if (reason == DownReason::reboot) ++reboots;
    if (monitor) enter(reason == DownReason::reboot ? VmState::rebooted : VmState::shutdown);
}

std::vector<Answer> World::monitor_dies() {
    monitor = attached = false;
    news.clear();
    std::vector<Answer> answers;
    for (const Request& request : std::vector<Request>{requests})
        if (request.what != "launch" && request.what != "adopt")
            answers.push_back(take(request.id, &errors::monitor_unreachable));
    return answers;
}

void World::enter(VmState state) {
    facts.state = state;
    if (attached) news.push_back(facts);
}

}    // namespace xm::xenmgr::explorer
