#include "expose/disk_face.hpp"

#include "base/failure.hpp"
#include "expose/guarded.hpp"
#include "expose/values.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/disk_rows.hpp"
#include "xenmgr/config/vm_properties.hpp"

namespace xm::expose {
namespace asio = boost::asio;
using namespace xenmgr;

void DiskFace::get(Property property, bus::Writer& into) const {
    if (asks_image(property) && !image_) image_ = manager_.image_facts(vm_, disk_);
    const auto value = get_disk(manager_.registry().tree(vm_), vm_, disk_, property, image_.value_or(ImageFacts{}));
    put(into, value, gen::vmdisk::properties[static_cast<std::size_t>(property)].signature);
}

asio::awaitable<void> DiskFace::set(Property property, bus::Variant value, bus::Caller) {
    return guarded_change(manager_, vm_,
                          [disk = disk_, property, value = to_value(std::move(value))](const VmView& view) {
                              return plan_set_disk(view.tree, view.uuid, disk, property, value);
                          });
}

asio::awaitable<void> DiskFace::attach(std::string path, model::DiskType type) {
    return guarded_change(manager_, vm_, [disk = disk_, path = std::move(path), type](const VmView& view) {
        return plan_attach(view.tree, view.uuid, disk, path, type);
    });
}

asio::awaitable<void> DiskFace::attach_phy(std::string phy_path, bus::Caller) {
    return attach(std::move(phy_path), model::DiskType::phy);
}
asio::awaitable<void> DiskFace::attach_vhd(std::string vhd_path, bus::Caller) {
    return attach(std::move(vhd_path), model::DiskType::vhd);
}

asio::awaitable<void> DiskFace::delete_(bus::Caller) {
    std::string image;    // of this disk alone: goes with it
    co_await guarded_change(manager_, vm_, [this, &image](const VmView& view) {
        const auto disk = read_disk(view.tree, disk_);
        if (is_private_image(view, disk)) image = disk.path;
        return plan_delete_disk(view.tree, disk_);
    });
    if (!image.empty()) manager_.remove_image(image);
}

asio::awaitable<void> DiskFace::refuse_image_work(const char* what) const {
    const auto disk = read_disk(manager_.registry().tree(vm_), disk_);
    if (disk.type != model::DiskType::vhd)
        fail(errors::wrong_disk_type, disk_path(vm_, disk_), "only vhd images can be {}", what);
    fail(errors::not_supported, disk_path(vm_, disk_), "this build has no VHD library, so images cannot be {}", what);
    co_return;
}

asio::awaitable<void> DiskFace::generate_crypto_key(std::int32_t, bus::Caller) {
    return refuse_image_work("encrypted");
}
asio::awaitable<void> DiskFace::generate_crypto_key_in(std::int32_t, std::string, bus::Caller) {
    return refuse_image_work("encrypted");
}
asio::awaitable<void> DiskFace::mount(std::string, bool, bus::Caller) { return refuse_image_work("mounted"); }
asio::awaitable<void> DiskFace::umount(bus::Caller) { return refuse_image_work("unmounted"); }

}    // namespace xm::expose
