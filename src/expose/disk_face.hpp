#pragma once
// com.citrix.xenclient.vmdisk of one disk.

#include "base/uuid.hpp"
#include "gen/vmdisk_server.hpp"
#include "model/disk.hpp"
#include "xenmgr/config/disk_rows.hpp"
#include "xenmgr/manager/manager.hpp"

#include <optional>

namespace xm::expose {

class DiskFace final : public gen::vmdisk::Server {
public:
    using Server = gen::vmdisk::Server;
    using Property = gen::vmdisk::Property;

    DiskFace(xenmgr::Manager& manager, const Uuid& vm, int disk) : manager_{manager}, vm_{vm}, disk_{disk} {}

    void get(Property property, bus::Writer& into) const override;
    boost::asio::awaitable<void> set(Property property, bus::Variant value, bus::Caller caller) override;

    boost::asio::awaitable<void> attach_phy(std::string phy_path, bus::Caller caller) override;
    boost::asio::awaitable<void> attach_vhd(std::string vhd_path, bus::Caller caller) override;
    boost::asio::awaitable<void> delete_(bus::Caller caller) override;
    boost::asio::awaitable<void> generate_crypto_key(std::int32_t keysize, bus::Caller caller) override;
    boost::asio::awaitable<void> generate_crypto_key_in(std::int32_t keysize, std::string dirpath,
                                                        bus::Caller caller) override;
    boost::asio::awaitable<void> mount(std::string dirpath, bool readonly, bus::Caller caller) override;
    boost::asio::awaitable<void> umount(bus::Caller caller) override;

private:
    boost::asio::awaitable<void> attach(std::string path, model::DiskType type);
    boost::asio::awaitable<void> refuse_image_work(const char* what) const;

    xenmgr::Manager& manager_;
    Uuid vm_;
    int disk_;
    mutable std::optional<xenmgr::ImageFacts> image_;    // looked at once: an object is made for one call
};

}    // namespace xm::expose
