#include "xenmgr/life/states_page.hpp"

#include "xenmgr/life/machine.hpp"

#include <fmt/format.h>

#include <string_view>

namespace xm::xenmgr {
namespace {

constexpr std::string_view head = R"(# The states of a VM

Written by `vm-states` from the table in `src/xenmgr/life/machine.hpp`; do not edit. After a change of the table:
`build/.../bin/vm-states > docs/vm-states.md`.

A VM is in one of the states below. *Commands* come from clients; *saw ...* is what the VM's monitor reports,
compared with what xenmgr believed; the other events come from the runner. `unknown` is a VM that left a monitor
behind and has not been heard of since xenmgr started.

## Diagram

The ordinary ways; every arrow that any report can take from anywhere is in the table only.

)";

// Groups of states that the table treats alike, by the name a reader would give them.
struct Group {
    std::string_view name;
    StateSet states;
};
constexpr Group groups[] = {
    {"any state", sets::any},
    {"any live state or unknown", sets::live | State::unknown},
    {"any live state", sets::live},
};

std::string node(State state) {
    std::string name{to_string(state)};
    for (char& c : name)
        if (c == '-') c = '_';
    return name;
}

std::string describe(StateSet set) {
    for (const Group& group : groups)
        if (set == group.states) return std::string{group.name};
    for (const Group& group : groups) {
        if (!(set - group.states == StateSet{}) || group.states == set) continue;
        std::string missing;
        int count = 0;
        for_each_state([&](State s) {
            if (!group.states.contains(s) || set.contains(s)) return;
            missing += fmt::format("{}{}", missing.empty() ? "" : ", ", to_string(s));
            ++count;
        });
        if (count <= 1) return fmt::format("{} but {}", group.name, missing);
    }
    std::string text;
    for_each_state([&](State s) {
        if (set.contains(s)) text += fmt::format("{}{}", text.empty() ? "" : ", ", to_string(s));
    });
    return text;
}

std::string describe(const EffectList& effects) {
    std::string text;
    for (Effect effect : effects)
        text += fmt::format("{}{}", text.empty() ? "" : ", ", to_string(effect));
    return text;
}

// The way a VM goes when nothing is lost and nobody interferes.
struct Arrow {
    State from;
    Event on;
};
constexpr Arrow ordinary[] = {
    {State::shutdown, Event::launching},
    {State::pre_create, Event::saw_creating_domain},
    {State::pre_create, Event::settled},
    {State::creating_domain, Event::saw_creating_devices},
    {State::creating_domain, Event::saw_shutdown},
    {State::creating_devices, Event::saw_created},
    {State::creating_devices, Event::saw_shutdown},
    {State::created, Event::saw_running},
    {State::created, Event::saw_shutdown},
    {State::pre_create, Event::saw_restoring},
    {State::restoring, Event::saw_running},
    {State::restoring, Event::saw_shutdown},
    {State::running, Event::saw_paused},
    {State::paused, Event::saw_running},
    {State::running, Event::saw_shutdowning},
    {State::running, Event::saw_rebooting},
    {State::running, Event::saw_suspending},
    {State::running, Event::saw_shutdown},
    {State::paused, Event::saw_shutdown},
    {State::shutdowning, Event::saw_shutdown},
    {State::shutdowning, Event::saw_running},
    {State::rebooting, Event::saw_rebooted},
    {State::suspending, Event::saw_suspended},
    {State::rebooted, Event::launching},
    {State::rebooted, Event::settled},
    {State::suspended, Event::launching},
    {State::unknown, Event::saw_running},
    {State::unknown, Event::saw_shutdown},
};

std::string diagram() {
    std::string text = "```mermaid\nstateDiagram-v2\n    [*] --> shutdown\n    [*] --> unknown\n";
    for (const Arrow& arrow : ordinary)
        if (const auto edge = step(arrow.from, arrow.on); edge && edge->to)
            text += fmt::format("    {} --> {}: {}\n", node(arrow.from), node(*edge->to), to_string(arrow.on));
    return text + "```\n";
}

std::string edges(bool commands) {
    std::string text = "| Event | In | Becomes | Then |\n|---|---|---|---|\n";
    for (const Edge& edge : detail::life_edges)
        if (is_command(edge.on) == commands)
            text += fmt::format("| {} | {} | {} | {} |\n", to_string(edge.on), describe(edge.from),
                                edge.to ? to_string(*edge.to) : "stays", describe(edge.effects));
    return text;
}

std::string patience_table() {
    std::string text = "| State | Patience |\n|---|---|\n";
    for (const Patience& row : patience_rows)
        text += fmt::format("| {} | {} s |\n", to_string(row.state), row.limit.count());
    return text;
}

}    // namespace

std::string states_page() {
    std::string text{head};
    text += diagram();
    text += "\n## Commands\n\nA command in a state that its rows do not name is refused as `wrong_state`.\n\n" +
            edges(true);
    text += "\n## Everything else\n\nWhat no row names is ignored.\n\n" + edges(false);
    text +=
        "\n## Transient states\n\nWhen patience runs out, `timed out` is stepped; each further wait is twice as long."
        "\n\n" +
        patience_table();
    return text;
}

}    // namespace xm::xenmgr
