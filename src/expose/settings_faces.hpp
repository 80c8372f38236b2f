#pragma once
// com.citrix.xenclient.xenmgr.config and .config.ui on "/": settings of the host.

#include "gen/xenmgr_config_server.hpp"
#include "gen/xenmgr_config_ui_server.hpp"
#include "xenmgr/manager/manager.hpp"

namespace xm::expose {

class ConfigFace final : public gen::xenmgr_config::Server {
public:
    using Property = gen::xenmgr_config::Property;
    explicit ConfigFace(xenmgr::Manager& manager) : manager_{manager} {}

    void get(Property property, bus::Writer& into) const override;
    boost::asio::awaitable<void> set(Property property, bus::Variant value, bus::Caller caller) override;

private:
    xenmgr::Manager& manager_;
};

class UiConfigFace final : public gen::xenmgr_config_ui::Server {
public:
    using Property = gen::xenmgr_config_ui::Property;
    explicit UiConfigFace(xenmgr::Manager& manager) : manager_{manager} {}

    void get(Property property, bus::Writer& into) const override;
    boost::asio::awaitable<void> set(Property property, bus::Variant value, bus::Caller caller) override;

private:
    xenmgr::Manager& manager_;
};

}    // namespace xm::expose
