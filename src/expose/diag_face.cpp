#include "expose/diag_face.hpp"

#include "base/failure.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/vm_properties.hpp"

#include <chrono>
#include <cstdint>
#include <variant>

namespace xm::expose {
namespace asio = boost::asio;
namespace {

struct RunningGuests {
    bool any = false;
    std::size_t that_can_answer = 0;    // they have the tools in the guest
};

RunningGuests running_guests(xenmgr::Manager& manager) {
    RunningGuests guests;
    for (const Uuid& vm : manager.registry().uuids()) {
        if (!manager.lives().running(vm)) continue;
        guests.any = true;
        if (std::get<bool>(xenmgr::get(manager.registry().view(vm), xenmgr::VmProperty::pv_addons)))
            ++guests.that_can_answer;
    }
    return guests;
}

std::chrono::seconds patience(const xenmgr::Manager& manager) {
    const auto& registry = manager.registry();
    const auto value = xenmgr::get(registry.host_tree(), registry.host_facts(), xenmgr::HostProperty::xc_diag_timeout);
    return std::chrono::seconds{std::get<std::int32_t>(value)};
}

[[noreturn]] void needs_tools(const char* method) {
    fail(errors::not_supported, method, "the tools for status reports are not part of this host");
}

}    // namespace

asio::awaitable<void> DiagFace::gather(std::string name, std::string data_, bus::Caller) {
    gathering_.put(name, data_);
    co_return;
}

asio::awaitable<std::string> DiagFace::save(std::string mode, bus::Caller) {
    const auto directory = gathering_.open();
    const RunningGuests guests = running_guests(manager_);
    if (guests.any) announcer_.gather_requested(mode);
    co_await gathering_.close_after(guests.that_can_answer, patience(manager_));
    co_return directory.string();
}

asio::awaitable<std::string> DiagFace::create_status_report(bool, bool, std::string, std::string, std::string,
                                                            std::string, bus::Caller) {
    needs_tools("create_status_report");
}
asio::awaitable<void> DiagFace::status_report_screen(bool, bus::Caller) { needs_tools("status_report_screen"); }
asio::awaitable<bool> DiagFace::taas_agree_terms(std::string, std::string, std::string, bus::Caller) {
    needs_tools("taas_agree_terms");
}
asio::awaitable<std::vector<std::string>> DiagFace::taas_authenticate_credentials(std::string, std::string,
                                                                                  bus::Caller) {
    needs_tools("taas_authenticate_credentials");
}
asio::awaitable<bool> DiagFace::taas_upload(std::string, std::string, std::string, std::string, bus::Caller) {
    needs_tools("taas_upload");
}

}    // namespace xm::expose
