#include "xenmgr/life/observe.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace xm;
using namespace xm::xenmgr;
using model::DownReason;
using model::MonitorFacts;
using model::VmState;

namespace {

constexpr int pid = 4711;

MonitorFacts alive(VmState state, int generation, int domid = 7) {
    MonitorFacts facts;
    facts.pid = pid;
    facts.domid = domid;
    facts.state = state;
    facts.acpi = 0;
    facts.generation = generation;
    return facts;
}

MonitorFacts dead(DownReason reason, int generation) {
    MonitorFacts facts = alive(VmState::shutdown, generation, -1);
    facts.acpi = 5;
    facts.reason = reason;
    return facts;
}

Belief belief(State state, unsigned generation, int domid = 7) {
    return {.state = state, .acpi = 0, .domid = domid, .monitor_pid = pid, .generation = generation};
}

std::vector<Event> events(const MonitorFacts& facts, const Belief& believed) {
    const Events seen = observe(facts, believed);
    return {seen.begin(), seen.end()};
}

// What the runner does with facts, without its effects.
Belief follow(Belief now, const MonitorFacts& facts) {
    for (Event event : observe(facts, now))
        if (const auto edge = step(now.state, event); edge && edge->to) now.state = *edge->to;
    learn(now, facts);
    return now;
}

using Seen = std::vector<Event>;

}    // namespace

TEST_CASE("facts that say what we believe are no event") {
    CHECK(events(alive(VmState::running, 1), belief(State::running, 1)) == Seen{});
}

TEST_CASE("a domain that died unseen is seen in the next facts") {
    CHECK(events(dead(DownReason::crash, 1), belief(State::running, 1)) == Seen{Event::saw_shutdown});
}

TEST_CASE("a reboot causes one restart however often it is reported") {
    MonitorFacts facts = dead(DownReason::reboot, 1);
    facts.state = VmState::rebooted;
    CHECK(events(facts, belief(State::running, 1)) == Seen{Event::saw_rebooted});
    CHECK(events(facts, belief(State::rebooted, 1, -1)) == Seen{});
    CHECK(events(facts, belief(State::pre_create, 1, -1)) == Seen{});    // the restart is on its way
    CHECK(events(facts, belief(State::running, 2)) == Seen{});           // and has succeeded
}

TEST_CASE("shutdown because of a reboot is a reboot") {
    CHECK(events(dead(DownReason::reboot, 3), belief(State::running, 3)) == Seen{Event::saw_rebooted});
    CHECK(events(dead(DownReason::halt, 3), belief(State::running, 3)) == Seen{Event::saw_shutdown});
}

TEST_CASE("while a start is on its way the last domain's end is history") {
    CHECK(events(dead(DownReason::halt, 4), belief(State::pre_create, 4, -1)) == Seen{});
    CHECK(events(alive(VmState::creating_domain, 5, -1), belief(State::pre_create, 4, -1)) ==
          Seen{Event::saw_creating_domain});
    CHECK(events(dead(DownReason::crash, 5), belief(State::pre_create, 4, -1)) == Seen{Event::saw_shutdown});
}

TEST_CASE("a fresh monitor that has created nothing does not end a start") {
    MonitorFacts facts = dead(DownReason::none, 0);
    facts.pid = pid + 1;
    CHECK(events(facts, belief(State::pre_create, 9, -1)) == Seen{});
    CHECK(events(facts, belief(State::running, 9)) == Seen{Event::saw_shutdown});
}

TEST_CASE("generations of different monitors are not compared") {
    MonitorFacts facts = alive(VmState::paused, 1);
    facts.pid = pid + 1;
    CHECK(events(facts, belief(State::running, 12)) == Seen{Event::saw_paused});
}

TEST_CASE("a domain exchanged behind our back is released before the new one comes up") {
    const auto seen = events(alive(VmState::running, 2, 8), belief(State::running, 1, 7));
    CHECK(seen == Seen{Event::replaced, Event::saw_running});
    CHECK(follow(belief(State::running, 1, 7), alive(VmState::running, 2, 8)).state == State::running);
    CHECK(step(State::pre_create, Event::saw_running)->effects.contains(Effect::come_up));
}

TEST_CASE("sleep and wake are told by the ACPI state alone") {
    MonitorFacts facts = alive(VmState::running, 1);
    facts.acpi = 3;
    CHECK(events(facts, belief(State::running, 1)) == Seen{Event::fell_asleep});
    Belief asleep = belief(State::running, 1);
    asleep.acpi = 3;
    CHECK(events(alive(VmState::running, 1), asleep) == Seen{Event::woke_up});
}

TEST_CASE("hibernation is noted before the domain's end") {
    MonitorFacts facts = dead(DownReason::halt, 1);
    facts.acpi = 4;
    CHECK(events(facts, belief(State::running, 1)) == Seen{Event::went_hibernate, Event::saw_shutdown});
}

TEST_CASE("after any facts about a new domain the belief is the truth, whatever it was") {
    for_each_state([](State before) {
        for (std::size_t i = 0; i < model::vm_state_names.size(); ++i) {
            const auto truth = static_cast<VmState>(i);
            const bool ended = !model::is_running(truth) || truth == VmState::suspended;
            Belief now = belief(before, 1, sets::live.contains(before) ? 7 : -1);
            now = follow(now, alive(truth, 2, ended ? -1 : 8));
            INFO(to_string(before) << " meets " << model::to_string(truth));
            const bool ended_before = sets::down.contains(before) && ended;    // two ways of being down
            const State expected = truth == VmState::pre_create ? State::creating_domain : believed(truth);
            if (ended_before)
                CHECK(sets::down.contains(now.state));
            else
                CHECK(now.state == expected);
        }
    });
}

TEST_CASE("facts of an earlier generation change nothing") {
    for_each_state([](State before) {
        const Belief now = belief(before, 5);
        CHECK(follow(now, dead(DownReason::reboot, 4)) == now);
        CHECK(follow(now, alive(VmState::running, 4)) == now);
    });
}

TEST_CASE("acpi-state follows the domain's state first and the guest second") {
    CHECK(acpi_state(State::shutdown, 5, false) == 5);
    CHECK(acpi_state(State::shutdown, 5, true) == 4);
    CHECK(acpi_state(State::rebooted, 5, false) == 5);
    CHECK(acpi_state(State::running, 3, false) == 3);
    CHECK(acpi_state(State::running, 0, true) == 0);
    CHECK(acpi_state(State::created, 5, false) == 0);
}
