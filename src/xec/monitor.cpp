#include "xec/monitor.hpp"

#include "xec/introspection.hpp"
#include "xec/report.hpp"
#include "xec/signals.hpp"
#include "xec/terminal.hpp"
#include "xec/value_print.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace xm::xec {
namespace {

void subscribe(ServiceSignals& signals, const Options& options, const std::string& object) {
    const std::string narrowed = options.interface ? fmt::format(",interface='{}'", *options.interface) : "";
    if (object == "/") return signals.add(narrowed);
    for (const auto* place : {"path_namespace", "arg0path", "arg1path"})
        signals.add(fmt::format("{},{}='{}'", narrowed, place, object));
}

bool is_wanted(const Event& event, std::span<const std::string> names) {
    if (names.empty() || is_owner_change(event)) return true;
    return std::ranges::any_of(
        names, [&](const auto& name) { return event.member == name || event.member == underscores(name); });
}

// The bus's own news about the service, in words.
std::string_view presence(const Event& event) {
    return std::get<std::string>(event.arguments[2].value).empty() ? "left the bus" : "is on the bus";
}

}    // namespace

std::string time_text(std::chrono::system_clock::time_point time) {
    const auto seconds = std::chrono::system_clock::to_time_t(time);
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
    std::tm local{};
    ::localtime_r(&seconds, &local);
    char date[32] = "";
    char offset[8] = "";
    std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &local);
    std::strftime(offset, sizeof offset, "%z", &local);
    return fmt::format("{}.{:03}{}", date, since % 1000, offset);
}

std::string event_text(const Event& event, const std::string& time) {
    if (is_owner_change(event)) return fmt::format("{} {} {}", time, to_text(event.arguments[0]), presence(event));
    auto text = fmt::format("{} {} {}.{}", time, event.path, event.interface, event.member);
    for (const auto& argument : event.arguments)
        text += " " + to_inline(argument);
    return text;
}

Json event_json(const Event& event, const std::string& time) {
    Json arguments = Json::array();
    for (const auto& argument : event.arguments)
        arguments.push_back(to_json(argument));
    return {{"time", time},
            {"path", event.path},
            {"interface", event.interface},
            {"signal", event.member},
            {"arguments", arguments}};
}

int monitor(Session& session, std::span<const std::string> names) {
    ServiceSignals signals{session.client, session.service};
    subscribe(signals, session.options, session.object);
    const Deadline deadline = session.options.timeout ? session.client.deadline() : Deadline{};
    while (const auto event = signals.next(deadline)) {
        if (!is_wanted(*event, names)) continue;
        const auto time = time_text(std::chrono::system_clock::now());
        if (session.output.is_json()) {
            session.output.json(event_json(*event, time));
        } else {
            session.output.line(escape_control(event_text(*event, time), Newlines::escape));    // one event, one line
        }
        session.output.flush();
    }
    return exit_done;
}

}    // namespace xm::xec
