#include "xec/signals.hpp"

#include "xec/names.hpp"

#include <fmt/format.h>

namespace xm::xec {
namespace {

std::string owner_of(Client& client, const std::string& service) {
    try {
        const auto results = client.call(
            {names::bus_daemon, names::bus_daemon_object, names::bus_daemon, "GetNameOwner", {{"s", service}}});
        return std::get<std::string>(results.at(0).value);
    } catch (const ErrorReply& reply) {
        if (reply.is_absent()) return {};
        throw;
    }
}

}    // namespace

bool is_owner_change(const Event& event) {
    return event.sender == names::bus_daemon && event.member == "NameOwnerChanged" && event.arguments.size() == 3;
}

ServiceSignals::ServiceSignals(Client& client, std::string service) : client_{client}, service_{std::move(service)} {
    client_.watch(
        fmt::format("type='signal',sender='{}',member='NameOwnerChanged',arg0='{}'", names::bus_daemon, service_));
    owner_ = owner_of(client_, service_);
}

void ServiceSignals::add(const std::string& conditions) {
    client_.watch(fmt::format("type='signal',sender='{}'{}", service_, conditions));
}

std::optional<Event> ServiceSignals::next(Deadline deadline) {
    while (auto event = client_.next_event(deadline))
        if (is_ours(*event)) return event;
    return std::nullopt;
}

bool ServiceSignals::is_ours(const Event& event) {
    if (!is_owner_change(event)) return event.sender == owner_ || event.sender == service_;
    if (std::get<std::string>(event.arguments[0].value) != service_) return false;
    owner_ = std::get<std::string>(event.arguments[2].value);
    return true;
}

}    // namespace xm::xec
