#pragma once
// The smaller interfaces of "/": policies of VMs, requests of guests, the test script queue, and .control, where this
// manager says what its predecessors could not.

#include "expose/announcer.hpp"
#include "expose/guest_callers.hpp"
#include "gen/policy_server.hpp"
#include "gen/xenmgr_control_server.hpp"
#include "gen/xenmgr_guestreq_server.hpp"
#include "gen/xenmgr_testing_server.hpp"
#include "xenmgr/manager/manager.hpp"
#include "xenmgr/manager/script_queue.hpp"

namespace xm::expose {

class PolicyFace final : public gen::policy::Server {
public:
    explicit PolicyFace(xenmgr::Manager& manager) : manager_{manager} {}
    boost::asio::awaitable<void> enforce(std::string uuid, std::string value, bus::Caller caller) override;
    boost::asio::awaitable<std::string> retrieve(std::string uuid, bus::Caller caller) override;

private:
    xenmgr::Manager& manager_;
};

class GuestRequestFace final : public gen::xenmgr_guestreq::Server {
public:
    GuestRequestFace(const xenmgr::Manager& manager, GuestCallers& callers, Announcer& announcer)
        : manager_{manager}, callers_{callers}, announcer_{announcer} {}
    // A guest is known by the transport it came through. A caller on the host's own bus is none, and is ignored.
    boost::asio::awaitable<void> request_attention(bus::Caller caller) override;

private:
    const xenmgr::Manager& manager_;
    GuestCallers& callers_;
    Announcer& announcer_;
};

class TestingFace final : public gen::xenmgr_testing::Server {
public:
    explicit TestingFace(xenmgr::ScriptQueue& scripts) : scripts_{scripts} {}
    boost::asio::awaitable<std::string> script_dequeue(bus::Caller caller) override;
    boost::asio::awaitable<void> script_queue(std::string script, bus::Caller caller) override;

private:
    xenmgr::ScriptQueue& scripts_;
};

class ControlFace final : public gen::xenmgr_control::Server {
public:
    explicit ControlFace(xenmgr::Manager& manager) : manager_{manager} {}
    boost::asio::awaitable<std::vector<bus::ObjectPath>> find_vms_by_name(std::string name,
                                                                          bus::Caller caller) override;
    boost::asio::awaitable<std::vector<std::tuple<std::int32_t, std::string, std::string, std::string>>> list_errors(
        bus::Caller caller) override;
    boost::asio::awaitable<std::string> version(bus::Caller caller) override;

private:
    xenmgr::Manager& manager_;
};

}    // namespace xm::expose
