#include "connect/guest_agents_bus.hpp"

#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace xm::connect {
namespace asio = boost::asio;
namespace {

constexpr char daemon_name[] = "org.freedesktop.DBus";
constexpr char agent_interface[] = "com.citrix.xenclient.guest";
constexpr std::string_view agent_name = "com.citrix.xenclient.guest.uuid_";
constexpr bus::Deadline question_limit{5'000};

}    // namespace

BusGuestAgents::BusGuestAgents(bus::Connection& connection)
    : connection_{connection}, bus_{connection, daemon_name, "/org/freedesktop/DBus"} {
    using Handler = std::function<void(std::string, std::string, std::string)>;
    owners_ = bus::subscribe(bus_, {daemon_name, "NameOwnerChanged"},
                             Handler{[this](const std::string& name, const std::string&, const std::string& owner) {
                                 on_owner(name, owner);
                             }});
}

void BusGuestAgents::on_owner(const std::string& name, const std::string& owner) {
    if (!name.starts_with(agent_name)) return;
    const auto uuid = Uuid::parse_path_form(std::string_view{name}.substr(agent_name.size()));
    if (!uuid) return;
    if (owner.empty())
        present_.erase(*uuid);
    else
        present_.insert(*uuid);
}

asio::awaitable<void> BusGuestAgents::load() {
    const auto names = co_await bus::call<std::vector<std::string>>(bus_, {daemon_name, "ListNames"}, question_limit);
    for (const std::string& name : names)
        on_owner(name, name);
}

asio::awaitable<void> BusGuestAgents::request(Uuid uuid, std::string what, std::chrono::milliseconds deadline) {
    const bus::Peer agent{connection_, std::string{agent_name} + uuid.path_form(), "/"};
    co_await bus::call<void>(agent, {agent_interface, what.c_str()}, deadline);
}

}    // namespace xm::connect
