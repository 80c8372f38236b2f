#pragma once
// Diagnostics of the guests, for support. Reports and the support server need tools that are not part of this project;
// their methods answer not_supported.

#include "expose/announcer.hpp"
#include "gen/xenmgr_diag_server.hpp"
#include "xenmgr/manager/gathering.hpp"
#include "xenmgr/manager/manager.hpp"

namespace xm::expose {

class DiagFace final : public gen::xenmgr_diag::Server {
public:
    DiagFace(xenmgr::Manager& manager, xenmgr::Gathering& gathering, Announcer& announcer)
        : manager_{manager}, gathering_{gathering}, announcer_{announcer} {}

    boost::asio::awaitable<std::string> create_status_report(bool screenshots, bool guest_info, std::string summary,
                                                             std::string description, std::string repro_steps,
                                                             std::string ticket, bus::Caller caller) override;
    boost::asio::awaitable<void> gather(std::string name, std::string data_, bus::Caller caller) override;
    boost::asio::awaitable<std::string> save(std::string mode, bus::Caller caller) override;
    boost::asio::awaitable<void> status_report_screen(bool show, bus::Caller caller) override;
    boost::asio::awaitable<bool> taas_agree_terms(std::string username, std::string password, std::string version,
                                                  bus::Caller caller) override;
    boost::asio::awaitable<std::vector<std::string>> taas_authenticate_credentials(std::string username,
                                                                                   std::string password,
                                                                                   bus::Caller caller) override;
    boost::asio::awaitable<bool> taas_upload(std::string username, std::string password, std::string caseid,
                                             std::string filename, bus::Caller caller) override;

private:
    xenmgr::Manager& manager_;
    xenmgr::Gathering& gathering_;
    Announcer& announcer_;
};

}    // namespace xm::expose
