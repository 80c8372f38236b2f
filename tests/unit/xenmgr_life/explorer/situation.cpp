#include "situation.hpp"

#include "gen/errors.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace xm::xenmgr::explorer {

using model::DownReason;

namespace {

constexpr DownReason reasons[] = {DownReason::halt, DownReason::reboot, DownReason::crash};

// No wait lasts: a state that is not there at once counts as late. All else is decided by the explorer.
Limits no_patience() {
    Limits limits;
    limits.created = limits.unpaused = limits.shutdown = limits.down = std::chrono::milliseconds{0};
    limits.relaunch = limits.retry_first = limits.retry_last = std::chrono::milliseconds{0};
    return limits;
}

std::size_t ended(const Manager& manager) {
    return static_cast<std::size_t>(
        std::ranges::count_if(manager.given, [](const auto& one) { return one->result.has_value(); }));
}

}    // namespace

Situation::Situation(const Walk& walk)
    : walk_{&walk}, left_{walk.budget}, manager_{std::make_unique<Manager>(world_, no_patience(), walk.machine)} {}

// ---- moves

std::vector<Move> Situation::moves() const {
    std::vector<Move> result;
    const auto add = [&](MoveKind kind, int which = 0) { result.push_back({kind, which}); };
    for (int i = 0; i < static_cast<int>(world_.requests.size()); ++i) {
        const Request& request = world_.requests[static_cast<std::size_t>(i)];
        if (world_.may_advance(request)) add(MoveKind::advance, i);
        const bool guest_may_refuse = request.what == "shutdown" && request.phase == 1 && request.domid == world_.domid;
        if (guest_may_refuse && world_.domain == Domain::running && left_.guest_events) add(MoveKind::refuse, i);
        if (request.awaited && left_.late_answers && left_.troubles) add(MoveKind::answer_late, i);
    }
    if (!world_.news.empty()) add(MoveKind::deliver);
    if (!world_.news.empty() && left_.losses && left_.troubles) add(MoveKind::lose);
    if (left_.commands)
        for (Event command : walk_->commands)
            add(MoveKind::command, static_cast<int>(command));
    if (!left_.troubles) return result;
    if (left_.guest_events && world_.domain == Domain::running)
        for (DownReason reason : reasons)
            add(MoveKind::guest_ends, static_cast<int>(reason));
    if (left_.monitor_deaths && world_.monitor) add(MoveKind::monitor_dies);
    if (left_.manager_deaths) add(MoveKind::manager_dies);
    if (left_.impatience && patience(vm().state)) add(MoveKind::lose_patience);
    return result;
}

void Situation::make(const Move& move) {
    ended_before_ = ended(*manager_);
    const auto which = static_cast<std::size_t>(move.which);
    switch (move.kind) {
        case MoveKind::command:
            --left_.commands;
            if (static_cast<Event>(move.which) == Event::start) ++starts_given_;
            manager_->command(static_cast<Event>(move.which));
            break;
        case MoveKind::advance:
            if (const auto done = world_.advance(world_.requests[which].id)) answer(*done);
            break;
        case MoveKind::refuse:
            --left_.guest_events;
            answer(*world_.refuse(world_.requests[which].id));
            break;
        case MoveKind::answer_late:
            --left_.late_answers, --left_.troubles;
            world_.requests[which].awaited = false;
            manager_->monitors.answer(world_.requests[which].id, &errors::monitor_timeout);
            break;
        case MoveKind::deliver:
            deliver_one();
            break;
        case MoveKind::lose:
            --left_.losses, --left_.troubles;
            world_.news.pop_front();
            lost_ = true;
            break;
        case MoveKind::guest_ends:
            --left_.guest_events, --left_.troubles;
            world_.guest_ends(static_cast<DownReason>(move.which));
            break;
        case MoveKind::monitor_dies:
            --left_.monitor_deaths, --left_.troubles;
            manager_->monitors.kill(test::vm_a);
            break;
        case MoveKind::manager_dies:
            --left_.manager_deaths, --left_.troubles;
            manager_dies();
            break;
        case MoveKind::lose_patience:
            --left_.impatience, --left_.troubles;
            manager_->lives.lose_patience(test::vm_a);
            break;
    }
    manager_->settle();
}

void Situation::deliver_one() {
    const model::MonitorFacts facts = world_.news.front();
    world_.news.pop_front();
    manager_->monitors.events().on_facts(test::vm_a, facts);
}

// What a request caused is heard before its answer.
void Situation::answer(const Answer& answer) {
    if (!answer.awaited) return;
    while (world_.attached && !world_.news.empty())
        deliver_one();
    manager_->monitors.answer(answer.request, answer.error);
}

void Situation::manager_dies() {
    manager_.reset();
    for (Request& request : world_.requests)
        request.awaited = false;
    world_.attached = false;
    world_.news.clear();
    manager_ = std::make_unique<Manager>(world_, no_patience(), walk_->machine);
    manager_->recover();
    lost_ = false;    // recovery makes up for whatever was lost
    ended_before_ = 0;
}

// ---- what must always hold

std::string Situation::violation() const {
    if (world_.domains_made > starts_given_ + world_.reboots)
        return fmt::format("{} domains for {} starts and {} reboots", world_.domains_made, starts_given_,
                           world_.reboots);
    const VmLife& life = vm();
    if (patience(life.state) && (!life.activity || life.activity->patience.expiry() < std::chrono::steady_clock::now()))
        return fmt::format("{} is transient and has no timer", to_string(life.state));
    if (auto text = violation_of_ended_commands(life); !text.empty()) return text;
    return at_rest() ? violation_at_rest(life) : "";
}

std::string Situation::violation_of_ended_commands(const VmLife& life) const {
    if (ended(*manager_) == ended_before_) return "";
    for (const auto& one : manager_->given) {
        if (one->command != Event::destroy || one->result != "" || life.in_flight) continue;
        if (one != manager_->given.back()) continue;
        if (life.state != State::shutdown) return fmt::format("destroyed and {}", to_string(life.state));
        if (world_.domain != Domain::none) return "destroyed, and there is a domain";
    }
    return "";
}

// Nothing moves any more: every command has ended, and what is believed is true.
std::string Situation::violation_at_rest(const VmLife& life) const {
    for (const auto& one : manager_->given)
        if (!one->result) return fmt::format("{} never ends", to_string(one->command));
    if (life.in_flight) return fmt::format("{} is in flight for ever", to_string(*life.in_flight));
    if (lost_) return "";
    constexpr State truths[] = {State::shutdown, State::creating_devices, State::created, State::running,
                                State::paused};
    const State truth = truths[static_cast<int>(world_.domain)];
    if (life.state != truth) return fmt::format("{} is believed, {} is true", to_string(life.state), to_string(truth));
    if (life.attached != world_.attached) return "it is believed to be attached, and is not";
    if (sets::live.contains(life.state) && !life.attached)
        return fmt::format("{} without a monitor", to_string(life.state));
    return "";
}

// ---- names

namespace {

std::string text(const model::MonitorFacts& facts, const World& world) {
    return fmt::format("{},{},{},{},{}", model::to_string(facts.state), model::word(facts.reason), facts.acpi,
                       world.facts.generation - facts.generation, facts.domid == world.domid);
}

}    // namespace

std::string Situation::key() const {
    const VmLife& life = vm();
    std::string key = fmt::format("{} {} {} {} {}|", static_cast<int>(world_.domain), world_.monitor, world_.socket,
                                  world_.attached, text(world_.facts, world_));
    for (const Request& request : world_.requests)
        key += fmt::format("{}{}{}{} ", request.what, request.phase, request.awaited,
                           request.monitor == world_.facts.pid && request.domid == world_.domid);
    for (const model::MonitorFacts& facts : world_.news)
        key += "|" + text(facts, world_);
    key += fmt::format("|{} {} {} {} {} {} {}", to_string(life.state), model::word(life.reason), life.acpi,
                       life.domid == world_.domid, world_.facts.generation - life.generation,
                       life.monitor_pid == world_.facts.pid, life.attached);
    if (life.in_flight) key += to_string(*life.in_flight);
    if (const Activity* active = life.activity.get())
        key += fmt::format("|{} {} {} {} {} {}", active->restart_due, active->launching, active->retiring,
                           active->adopting, active->looking, active->step ? to_string(*active->step) : "");
    for (const auto& one : manager_->given)
        if (!one->result) key += fmt::format(" {}", to_string(one->command));
    return key + fmt::format("|{} {} {} {} {} {} {} {} {} {}", left_.commands, left_.guest_events, left_.monitor_deaths,
                             left_.manager_deaths, left_.losses, left_.late_answers, left_.impatience, left_.troubles,
                             starts_given_ + world_.reboots - world_.domains_made, lost_);
}

std::string Situation::describe(const Move& move) const {
    const auto request = [&] { return world_.requests[static_cast<std::size_t>(move.which)].what; };
    switch (move.kind) {
        case MoveKind::command:
            return fmt::format("command {}", to_string(static_cast<Event>(move.which)));
        case MoveKind::advance:
            return fmt::format("the monitor gets on with {}", request());
        case MoveKind::refuse:
            return "the guest does not shut down";
        case MoveKind::answer_late:
            return fmt::format("no answer to {} in time", request());
        case MoveKind::deliver:
            return fmt::format("report {}", model::to_string(world_.news.front().state));
        case MoveKind::lose:
            return fmt::format("report {} is lost", model::to_string(world_.news.front().state));
        case MoveKind::guest_ends:
            return fmt::format("the guest ends: {}", model::word(static_cast<DownReason>(move.which)));
        case MoveKind::monitor_dies:
            return "the monitor dies";
        case MoveKind::manager_dies:
            return "the manager dies and comes back";
        case MoveKind::lose_patience:
            return fmt::format("{} lasts too long", to_string(vm().state));
    }
    return "";
}

}    // namespace xm::xenmgr::explorer
