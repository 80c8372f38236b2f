#include "explorer/explorer.hpp"
#include "base/log.hpp"

#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

using namespace xm::xenmgr;
using namespace xm::xenmgr::explorer;

namespace {

struct Silence {
    Silence() { spdlog::set_level(spdlog::level::off); }
    ~Silence() { spdlog::set_level(spdlog::level::info); }
};

// A sanitizer makes each move ten times as long; there the walk is for memory errors, and shorter.
#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t most_situations = 400;
#else
constexpr std::size_t most_situations = 1'000'000;
#endif

Result walk(const char* what, Walk given) {
    const Silence silence;
    given.most_situations = most_situations;
    const Result result = explore(given);
    std::printf("%s: %zu situations, %zu moves, %zu at rest\n", what, result.situations, result.moves, result.at_rest);
    return result;
}

std::string story(const Result& result) {
    std::string text = result.violation;
    for (const std::string& line : result.path)
        text += "\n    " + line;
    return text;
}

// Machines with a planted mistake each.

std::optional<Edge> never_adopts(State state, Event event) {
    return event == Event::monitor_lost ? std::nullopt : step(state, event);
}

std::optional<Edge> restarts_whatever_ends(State state, Event event) {
    auto edge = step(state, event);
    if (edge && event == Event::saw_shutdown && state == State::running)
        edge->effects = {Effect::announce, Effect::release, Effect::restart};
    return edge;
}

std::optional<Edge> ignores_a_death_in_creation(State state, Event event) {
    const bool dies = event == Event::saw_shutdown && state == State::creating_devices;
    return dies ? std::nullopt : step(state, event);
}

std::optional<Edge> never_settles(State state, Event event) {
    return event == Event::settled ? std::nullopt : step(state, event);
}

}    // namespace

TEST_CASE("no interleaving of commands, reports and crashes breaks a VM's life", "[explorer]") {
    const Result result = walk("crashes", {});
    INFO(story(result));
    CHECK(result.violation.empty());
    CHECK(result.situations >= std::min<std::size_t>(1000, most_situations));    // else the walk did not get far
}

TEST_CASE("no interleaving with lost reports and late answers breaks a VM's life", "[explorer]") {
    Walk lossy;
    lossy.budget = {.commands = 2,
                    .guest_events = 1,
                    .monitor_deaths = 0,
                    .manager_deaths = 1,
                    .losses = 1,
                    .late_answers = 1,
                    .impatience = 1,
                    .troubles = 2};
    lossy.commands = {Event::start, Event::shutdown, Event::destroy};
    const Result result = walk("losses", lossy);
    INFO(story(result));
    CHECK(result.violation.empty());
}

TEST_CASE("the walk finds planted mistakes", "[explorer]") {
    const auto finds = [](const char* what, Lives::Machine machine) {
        Walk broken;
        broken.machine = machine;
        const Result result = walk(what, broken);
        INFO(what);
        CHECK_FALSE(result.violation.empty());
    };
    finds("never adopts", &never_adopts);
    finds("never settles", &never_settles);
    if (most_situations < 10'000) return;    // these two need more of them
    finds("restarts whatever ends", &restarts_whatever_ends);
    finds("ignores a death in creation", &ignores_a_death_in_creation);
}

// Too long for every day: ./xenmgr_life_test "[deep]"
TEST_CASE("a walk with more commands and every kind of trouble", "[.][deep]") {
    Walk deep;
    deep.budget = {.commands = 3,
                   .guest_events = 1,
                   .monitor_deaths = 1,
                   .manager_deaths = 1,
                   .losses = 1,
                   .late_answers = 1,
                   .impatience = 1,
                   .troubles = 2};
    const Result result = walk("deep", deep);
    INFO(story(result));
    CHECK(result.violation.empty());
}
