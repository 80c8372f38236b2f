#include "xenmgr/life/machine.hpp"

#include "xenmgr/life/admission.hpp"
#include "xenmgr/life/states_page.hpp"

#include "base/files.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace xm::xenmgr;

namespace {

State go(State state, std::initializer_list<Event> events) {
    for (Event event : events)
        if (const auto edge = step(state, event); edge && edge->to) state = *edge->to;
    return state;
}

}    // namespace

TEST_CASE("a stopped VM that is started runs in the end") {
    CHECK(go(State::shutdown, {Event::start, Event::launching, Event::saw_creating_domain, Event::saw_creating_devices,
                               Event::saw_created, Event::saw_running}) == State::running);
}

TEST_CASE("a start on which every report was lost but the last still ends in running") {
    CHECK(go(State::shutdown, {Event::launching, Event::saw_running}) == State::running);
}

TEST_CASE("a paused VM whose domain dies is stopped and gives back what it had") {
    const auto edge = step(State::paused, Event::saw_shutdown);
    REQUIRE(edge);
    CHECK(edge->to == State::shutdown);
    CHECK(edge->effects.contains(Effect::release));
}

TEST_CASE("a VM that runs declines a start and a stopped one has nothing to pause") {
    REQUIRE(step(State::running, Event::start));
    CHECK(step(State::running, Event::start)->effects.contains(Effect::decline));
    CHECK_FALSE(step(State::shutdown, Event::pause));
    CHECK_FALSE(step(State::shutdown, Event::shutdown));
}

TEST_CASE("unpausing without a domain is no error") {
    REQUIRE(step(State::shutdown, Event::unpause));
    CHECK(step(State::shutdown, Event::unpause)->effects.contains(Effect::nothing));
}

TEST_CASE("a VM that runs cannot be deleted") {
    for_each_state([](State s) {
        const bool down = s == State::shutdown || s == State::rebooted;
        CHECK(step(s, Event::remove).has_value() == down);
    });
}

TEST_CASE("a guest that refuses to shut down is running again") {
    CHECK(go(State::running, {Event::saw_shutdowning, Event::saw_running}) == State::running);
    CHECK_FALSE(step(State::shutdowning, Event::saw_running)->effects.contains(Effect::come_up));
}

TEST_CASE("a rebooted VM is shown as stopped and restarts") {
    CHECK(as_shown(go(State::running, {Event::saw_rebooting, Event::saw_rebooted})) == xm::model::VmState::shutdown);
    CHECK(step(State::rebooting, Event::saw_rebooted)->effects.contains(Effect::restart));
    CHECK_FALSE(step(State::rebooted, Event::saw_rebooted));
}

TEST_CASE("every event is in some row and every effect is caused by one") {
    std::set<Event> events;
    std::set<Effect> effects;
    for (const Edge& edge : detail::life_edges) {
        events.insert(edge.on);
        effects.insert(edge.effects.begin(), edge.effects.end());
    }
    CHECK(events.size() == event_count);
    CHECK(effects.size() == static_cast<std::size_t>(Effect::abandon_start) + 1);
}

TEST_CASE("two starts of one VM do not overlap, and destroy overtakes anything") {
    CHECK(admit(Event::start, std::nullopt) == Admission::go);
    CHECK(admit(Event::start, Event::start) == Admission::twice);
    CHECK(admit(Event::pause, Event::start) == Admission::busy);
    CHECK(admit(Event::destroy, Event::destroy) == Admission::pre_empt);
}

TEST_CASE("docs/vm-states.md says what the table says") {
    CHECK(xm::files::read(XM_DOCS "/vm-states.md") == states_page());
}
