#pragma once
// com.citrix.xenclient.vmnic of one NIC.

#include "base/uuid.hpp"
#include "gen/vmnic_server.hpp"
#include "xenmgr/manager/manager.hpp"

namespace xm::expose {

class NicFace final : public gen::vmnic::Server {
public:
    using Server = gen::vmnic::Server;
    using Property = gen::vmnic::Property;

    NicFace(xenmgr::Manager& manager, const Uuid& vm, int nic) : manager_{manager}, vm_{vm}, nic_{nic} {}

    void get(Property property, bus::Writer& into) const override;
    boost::asio::awaitable<void> set(Property property, bus::Variant value, bus::Caller caller) override;
    boost::asio::awaitable<void> delete_(bus::Caller caller) override;

private:
    xenmgr::Manager& manager_;
    Uuid vm_;
    int nic_;
};

}    // namespace xm::expose
