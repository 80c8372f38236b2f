#include "xenmgr/life/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>

namespace xm::xenmgr {
namespace {

constexpr std::string_view names[] = {
    "run_hook",
    "start_dependency",
    "set_hibernated",
    "enter_creating",
    "launch_monitor",
    "set_snapshot_state",
    "create_domain",
    "restore_domain",
    "wait_created",
    "publish",
    "unpause",
    "wait_running",
    "wait_booted",
    "ask_monitor",
    "ask_agent",
    "wait_down",
    "wait_asleep",
    "wait_awake",
    "destroy_domain",
    "replace_monitor",
    "declare_down",
    "quit_monitor",
    "remove_file",
    "remove_tree",
    "erase_configuration",
    "forget_vm",
};
static_assert(std::size(names) == static_cast<std::size_t>(Do::forget_vm) + 1);

}    // namespace

std::string_view to_string(Do what) { return names[static_cast<std::size_t>(what)]; }

std::string to_string(const Step& step) {
    std::string text{to_string(step.what)};
    StringList parameters;
    for (const auto& [key, value] : step.params)
        parameters.push_back(fmt::format(" {}={}", key, value));
    if (!step.arg.empty()) text += fmt::format("({}{})", step.arg, fmt::join(parameters, ""));
    if (step.limit.count() % 1000 != 0)
        text += fmt::format(" <={}ms", step.limit.count());
    else if (step.limit.count() != 0)
        text += fmt::format(" <={}s", step.limit.count() / 1000);
    if (step.failing == Failing::is_logged) text += " or-log";
    if (step.failing == Failing::asks_next) text += " or-next";
    if (step.undo) text += fmt::format(" undo={}", to_string(*step.undo));
    return text;
}

std::string to_string(const Plan& plan) {
    std::string text;
    for (const Step& step : plan) {
        if (!text.empty()) text += "; ";
        text += to_string(step);
    }
    return text;
}

}    // namespace xm::xenmgr
