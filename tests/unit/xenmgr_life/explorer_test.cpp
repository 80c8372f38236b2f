#include "explorer/explorer.hpp"
#include "base/log.hpp"

#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <cstdio>

using namespace xm::xenmgr;
using namespace xm::xenmgr::explorer;

namespace {

struct Silence {
    Silence() { spdlog::set_level(spdlog::level::off); }
    ~Silence() { spdlog::set_level(spdlog::level::info); }
};

Result walk(const char* what, const Walk& given) {
    const Silence silence;
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

}    // namespace

TEST_CASE("no interleaving of commands, reports and crashes breaks a VM's life", "[explorer]") {
    const Result result = walk("crashes", {});
    INFO(story(result));
    CHECK(result.violation.empty());
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

TEST_CASE("deep", "[.deep]") {
    Walk lossy;
    lossy.budget = {.commands = 3,
                    .guest_events = 1,
                    .monitor_deaths = 1,
                    .manager_deaths = 1,
                    .losses = 1,
                    .late_answers = 1,
                    .impatience = 1,
                    .troubles = 2};
    const Result result = walk("deep", lossy);
    INFO(story(result));
    CHECK(result.violation.empty());
}
