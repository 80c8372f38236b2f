#include "expose/root_companions.hpp"

#include "expose/uuid_argument.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/policies.hpp"

namespace xm::expose {
namespace asio = boost::asio;
using namespace xenmgr;
asio::awaitable<void> PolicyFace::enforce(std::string uuid, std::string value, bus::Caller) {
    auto decide = [value](const VmView& view) { return VmChanges{{view.uuid, plan_enforce_policies(value)}}; };
    return manager_.configs().change(uuid_argument(uuid), ConfigStore::Scope::one, std::move(decide));
}
asio::awaitable<std::string> PolicyFace::retrieve(std::string uuid, bus::Caller) {
    co_return retrieve_policies(manager_.registry().tree(uuid_argument(uuid)));
}

asio::awaitable<void> GuestRequestFace::request_attention(bus::Caller caller) {
    const auto vm = co_await callers_.guest_of(std::move(caller.sender));
    if (vm && manager_.registry().has(*vm)) announcer_.attention_requested(*vm);
}

asio::awaitable<std::string> TestingFace::script_dequeue(bus::Caller) { return scripts_.take(); }
asio::awaitable<void> TestingFace::script_queue(std::string script, bus::Caller) {
    scripts_.put(std::move(script));
    co_return;
}

asio::awaitable<std::vector<bus::ObjectPath>> ControlFace::find_vms_by_name(std::string name, bus::Caller) {
    std::vector<bus::ObjectPath> paths;
    for (const auto& vm : manager_.registry().named(name))
        paths.emplace_back(vm_path(vm));
    co_return paths;
}

asio::awaitable<std::vector<std::tuple<std::int32_t, std::string, std::string, std::string>>> ControlFace::list_errors(
    bus::Caller) {
    std::vector<std::tuple<std::int32_t, std::string, std::string, std::string>> rows;
    for (const auto& [info, meaning, reserved] : errors::all)
        if (!reserved) rows.emplace_back(info->code, std::string{info->symbol}, meaning, std::string{info->remedy});
    co_return rows;
}

asio::awaitable<std::string> ControlFace::version(bus::Caller) { co_return XENMGR_VERSION; }

}    // namespace xm::expose
